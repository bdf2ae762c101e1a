// Counts what the C library is asked for. A program that links this has its own malloc in front of the library's.
#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdint.h>

// Blocks that the calling thread has asked for so far.
uint64_t allocations_of_this_thread(void);
// The same of the threads whose name begins with `prefix`, together.
uint64_t allocations_of_threads(const char *prefix);

#endif
