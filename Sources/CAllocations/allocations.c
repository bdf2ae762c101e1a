#define _GNU_SOURCE
#include "CAllocations.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

// A thread's count, listed from its first allocation on. A thread that has ended stays listed under a number nobody has.
typedef struct {
  _Atomic uint64_t count;
  pid_t thread;
} record;

enum { MAX_THREADS = 256 };
static record records[MAX_THREADS];
static atomic_int used;
static __thread record *mine;

static void count_one(void) {
  if (!mine) {
    int place = atomic_fetch_add(&used, 1);
    mine = &records[place < MAX_THREADS ? place : MAX_THREADS - 1];
    mine->thread = gettid();
  }
  atomic_fetch_add_explicit(&mine->count, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
  count_one();
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  count_one();
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  count_one();
  return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
  count_one();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
  *block = memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}

uint64_t allocations_of_this_thread(void) { return mine ? atomic_load(&mine->count) : 0; }

static int is_named(pid_t thread, const char *prefix) {
  char path[64], name[32] = {0};
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", (int)thread);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t size = read(file, name, sizeof name - 1);
  close(file);
  return size > 0 && strncmp(name, prefix, strlen(prefix)) == 0;
}

uint64_t allocations_of_threads(const char *prefix) {
  uint64_t sum = 0;
  int count = atomic_load(&used);
  for (int i = 0; i < count && i < MAX_THREADS; i++)
    if (is_named(records[i].thread, prefix)) sum += atomic_load(&records[i].count);
  return sum;
}
