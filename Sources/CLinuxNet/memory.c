#include "internal.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

void lnet_own_pages(void) {
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, 16 * 1024);
  mallopt(M_TRIM_THRESHOLD, 128 * 1024);
#endif
}

void lnet_give_back(void) { malloc_trim(0); }

void lnet_forget(const void *block, size_t used, size_t capacity) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uintptr_t start = (uintptr_t)block, last = (start + capacity) / page * page;
  uintptr_t first = (start + page - 1) / page * page, end = (start + used + page - 1) / page * page;
  if (end > last) end = last;
  if (first < end) madvise((void *)first, end - first, MADV_DONTNEED);
}
