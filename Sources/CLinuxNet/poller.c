#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

int lnet_event_create(void) {
  int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return event < 0 ? -errno : event;
}

void lnet_event_signal(int event) { eventfd_write(event, 1); }

void lnet_event_clear(int event) {
  eventfd_t value;
  eventfd_read(event, &value);
}

int lnet_poller_create(int socket, int event) {
  int poller = epoll_create1(EPOLL_CLOEXEC);
  if (poller < 0) return -errno;
  struct epoll_event sockets = {.events = EPOLLIN, .data.u32 = LNET_SOCKET_READY};
  struct epoll_event events = {.events = EPOLLIN, .data.u32 = LNET_EVENT_READY};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, socket, &sockets) == 0 && epoll_ctl(poller, EPOLL_CTL_ADD, event, &events) == 0)
    return poller;
  int status = -errno;
  close(poller);
  return status;
}

int lnet_poller_wait(int poller, int64_t timeout_nanoseconds) {
  int timeout = -1;
  if (timeout_nanoseconds >= 0) {
    int64_t milliseconds = timeout_nanoseconds / 1000000 + (timeout_nanoseconds % 1000000 != 0);
    timeout = milliseconds > 60000 ? 60000 : (int)milliseconds;
  }
  struct epoll_event ready[2];
  int count = epoll_wait(poller, ready, 2, timeout);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  int flags = 0;
  for (int i = 0; i < count; i++) flags |= (int)ready[i].data.u32;
  return flags;
}

static int64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t lnet_now(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t lnet_real_time(void) { return read_clock(CLOCK_REALTIME); }
