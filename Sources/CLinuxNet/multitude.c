#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { MOST_READY = 512 };

int lnet_multitude_create(void) {
  int poller = epoll_create1(EPOLL_CLOEXEC);
  return poller < 0 ? -errno : poller;
}

int lnet_multitude_add(int poller, int descriptor, uint32_t tag) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = tag};
  return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : -errno;
}

void lnet_multitude_remove(int poller, int descriptor) { epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL); }

int lnet_multitude_wait(int poller, int64_t timeout_nanoseconds, uint32_t *tags, int capacity) {
  int64_t milliseconds = timeout_nanoseconds <= 0 ? 0 : (timeout_nanoseconds + 999999) / 1000000;
  struct epoll_event ready[MOST_READY];
  int most = capacity < MOST_READY ? capacity : MOST_READY;
  int count = epoll_wait(poller, ready, most, milliseconds > 60000 ? 60000 : (int)milliseconds);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) tags[i] = ready[i].data.u32;
  return count;
}

int lnet_source_of(lnet_address to, lnet_address *source) {
  int family = to.is_ipv6 ? AF_INET6 : AF_INET;
  struct sockaddr_storage storage;
  socklen_t size = lnet_to_sockaddr(to, family, &storage);
  int handle = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return -errno;
  int status = 0;
  socklen_t room = sizeof storage;
  if (connect(handle, (const struct sockaddr *)&storage, size) != 0 ||
      getsockname(handle, (struct sockaddr *)&storage, &room) != 0)
    status = -errno;
  close(handle);
  if (status == 0) *source = lnet_from_sockaddr((const struct sockaddr *)&storage);
  return status;
}
