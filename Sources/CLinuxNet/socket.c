#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <unistd.h>

// The forced form needs a privilege and goes beyond net.core.*mem_max; the plain one is cut to it.
static void set_buffer(int socket, int forced, int plain, int bytes) {
  if (setsockopt(socket, SOL_SOCKET, forced, &bytes, sizeof bytes) != 0)
    setsockopt(socket, SOL_SOCKET, plain, &bytes, sizeof bytes);
}

static int open_bound(int socket, lnet_address address, bool is_dual_stack) {
  int family = address.is_ipv6 ? AF_INET6 : AF_INET;
  int is_v6_only = !is_dual_stack;
  if (family == AF_INET6 && setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &is_v6_only, sizeof is_v6_only) != 0)
    return -errno;
  struct sockaddr_storage storage;
  socklen_t size = lnet_to_sockaddr(address, family, &storage);
  return bind(socket, (const struct sockaddr *)&storage, size) == 0 ? 0 : -errno;
}

static int open_udp(lnet_address address, bool is_dual_stack, int buffer_bytes, bool shares_port) {
  int family = address.is_ipv6 ? AF_INET6 : AF_INET;
  int handle = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (handle < 0) return -errno;
  int is_shared = 1;
  int status = 0;
  if (shares_port && setsockopt(handle, SOL_SOCKET, SO_REUSEPORT, &is_shared, sizeof is_shared) != 0) status = -errno;
  if (status == 0) status = open_bound(handle, address, is_dual_stack);
  if (status < 0) {
    close(handle);
    return status;
  }
  set_buffer(handle, SO_RCVBUFFORCE, SO_RCVBUF, buffer_bytes);
  set_buffer(handle, SO_SNDBUFFORCE, SO_SNDBUF, buffer_bytes);
  return handle;
}

void lnet_udp_note_arrivals(int socket) {
  int enabled = 1;
  setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &enabled, sizeof enabled);
}

int lnet_udp_open(lnet_address address, bool is_dual_stack, int buffer_bytes) {
  return open_udp(address, is_dual_stack, buffer_bytes, false);
}

int lnet_udp_open_shared(lnet_address address, bool is_dual_stack, int buffer_bytes) {
  return open_udp(address, is_dual_stack, buffer_bytes, true);
}

int lnet_local_port(int socket) {
  struct sockaddr_storage storage;
  socklen_t size = sizeof storage;
  if (getsockname(socket, (struct sockaddr *)&storage, &size) != 0) return -errno;
  return lnet_from_sockaddr((const struct sockaddr *)&storage).port;
}

void lnet_close(int descriptor) { close(descriptor); }
