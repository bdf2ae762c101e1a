#include "internal.h"

#include <malloc.h>

void lnet_own_pages(void) {
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, 16 * 1024);
  mallopt(M_TRIM_THRESHOLD, 128 * 1024);
#endif
}

void lnet_give_back(void) { malloc_trim(0); }
