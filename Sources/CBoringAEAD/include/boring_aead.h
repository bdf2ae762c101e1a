#pragma once

#include <stddef.h>
#include <stdint.h>

// AES-128-GCM with tags of 16 bytes (RFC 5116 section 5.1), by the BoringSSL that swift-crypto brings. In C, because its
// headers and OpenSSL's give the same names to different structures, and must not meet in one module.

// Bytes that a context takes.
size_t boring_gcm_size(void);

// Expands a key of 16 bytes into `context`. Returns 0 on failure. It need not be freed, only wiped.
int boring_gcm_init(void *context, const uint8_t *key);

void boring_gcm_wipe(void *context);

// Encrypts `count` bytes of `text` to `target`, the same memory or apart from it, and writes 16 bytes at `tag`, which cover
// `clear` too. The nonce has 12 bytes. Returns 0 on failure, and then wrote zeros.
int boring_gcm_seal(const void *context, uint8_t *target, uint8_t *tag, const uint8_t *nonce, const uint8_t *text,
                    size_t count, const uint8_t *clear, size_t clear_count);

// Decrypts `count` bytes where they lie when the 16 bytes at `tag` are right. Otherwise returns 0, and the text is lost.
int boring_gcm_open(const void *context, uint8_t *text, size_t count, const uint8_t *tag, const uint8_t *nonce,
                    const uint8_t *clear, size_t clear_count);
