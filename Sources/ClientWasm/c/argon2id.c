#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "argon2.h"

// Argon2id (RFC 9106) of a room's password: a module by itself, because its 64 MiB go only when its instance goes.

// Memory for the host to write to; 0 where there is none.
__attribute__((export_name("reserve"))) uint8_t *reserve(size_t count) { return malloc(count); }

// One lane. 0 where `out` holds the result.
__attribute__((export_name("argon2id"))) int argon2id(
    const uint8_t *password, size_t password_length, const uint8_t *salt, size_t salt_length, uint32_t passes,
    uint32_t kibibytes, uint8_t *out, size_t out_length) {
  return argon2id_hash_raw(passes, kibibytes, 1, password, password_length, salt, salt_length, out, out_length);
}
