#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <linux/filter.h>
#include <poll.h>
#include <stddef.h>

#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif

_Static_assert(sizeof(lnet_instruction) == sizeof(struct sock_filter), "one layout");
_Static_assert(offsetof(lnet_instruction, k) == offsetof(struct sock_filter, k), "one layout");

int lnet_steer(int socket, const lnet_instruction *program, int count) {
  struct sock_fprog description = {.len = (unsigned short)count, .filter = (struct sock_filter *)program};
  int status = setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &description, sizeof description);
  return status == 0 ? 0 : -errno;
}

int lnet_event_wait(int event, int timeout_milliseconds) {
  struct pollfd ready = {.fd = event, .events = POLLIN};
  int count = poll(&ready, 1, timeout_milliseconds);
  return count < 0 && errno != EINTR ? -errno : count > 0;
}

int lnet_granted_buffer(int socket, bool is_receive) {
  int bytes;
  socklen_t size = sizeof bytes;
  if (getsockopt(socket, SOL_SOCKET, is_receive ? SO_RCVBUF : SO_SNDBUF, &bytes, &size) != 0) return -errno;
  return bytes;
}
