#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
  void (*body)(void *);
  void *context;
} start;

static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};

static void *run(void *argument) {
  start copy = *(start *)argument;
  free(argument);
  copy.body(copy.context);
  return NULL;
}

static int set_cpu(pthread_attr_t *attributes, int cpu) {
  if (cpu < 0) return 0;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)cpu, &set);
  return pthread_attr_setaffinity_np(attributes, sizeof set, &set);
}

int lnet_thread_start(uint64_t *thread, const char *name, int cpu, void (*body)(void *), void *context) {
  start *argument = malloc(sizeof *argument);
  pthread_attr_t attributes;
  if (!argument || pthread_attr_init(&attributes) != 0) {
    free(argument);
    return -ENOMEM;
  }
  *argument = (start){body, context};
  // Signals for the process are the main thread's; faults of this thread stay its own.
  sigset_t set, before;
  sigfillset(&set);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&set, faults[i]);
  pthread_sigmask(SIG_SETMASK, &set, &before);
  pthread_t handle;
  int status = set_cpu(&attributes, cpu);
  if (status == 0) status = pthread_create(&handle, &attributes, run, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (status != 0) {
    free(argument);
    return -status;
  }
  pthread_setname_np(handle, name);
  *thread = (uint64_t)handle;
  return 0;
}

void lnet_thread_join(uint64_t thread) { pthread_join((pthread_t)thread, NULL); }

bool lnet_thread_is_current(uint64_t thread) { return pthread_equal((pthread_t)thread, pthread_self()); }

int64_t lnet_thread_cpu_time(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
