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

void lnet_forget(const void *bytes, size_t count) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uintptr_t first = ((uintptr_t)bytes + page - 1) / page * page, end = ((uintptr_t)bytes + count) / page * page;
  if (first < end) madvise((void *)first, end - first, MADV_DONTNEED);
}
