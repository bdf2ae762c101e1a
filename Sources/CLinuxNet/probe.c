#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <netinet/udp.h>
#include <sys/timex.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

int lnet_probe_segmentation(void) {
  int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return -errno;
  int size = 1200;
  int status = setsockopt(handle, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size) == 0 ? 0 : -errno;
  close(handle);
  return status;
}

int lnet_probe_tcp(lnet_address address, bool is_dual_stack) {
  int family = address.is_ipv6 ? AF_INET6 : AF_INET;
  int handle = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return -errno;
  // As servers do: the last connections of one that has just stopped are no obstacle.
  int is_on = 1, is_v6_only = !is_dual_stack;
  setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &is_on, sizeof is_on);
  if (family == AF_INET6) setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, &is_v6_only, sizeof is_v6_only);
  struct sockaddr_storage storage;
  socklen_t length = lnet_to_sockaddr(address, family, &storage);
  int status = bind(handle, (const struct sockaddr *)&storage, length) == 0 && listen(handle, 1) == 0 ? 0 : -errno;
  close(handle);
  return status;
}

int lnet_probe_clock(void) {
  struct timex state = {0};
  return adjtimex(&state) < 0 ? -errno : !(state.status & STA_UNSYNC);
}
