#include <stddef.h>
#include <stdint.h>

// BoringSSL reports failures twice: by return value, which is what BoringCrypto.swift reads, and in a queue of texts, which
// would bring the whole of stdio with it. This is the queue: always empty.
void CCryptoBoringSSL_ERR_put_error(int library, int unused, int reason, const char *file, unsigned line) {
  (void)library, (void)unused, (void)reason, (void)file, (void)line;
}
void CCryptoBoringSSL_ERR_clear_error(void) {}
uint32_t CCryptoBoringSSL_ERR_peek_last_error(void) { return 0; }

// BoringSSL's source of randomness: the host's, as for everything else.
__attribute__((import_module("env"), import_name("random_get"))) void random_get(void *bytes, size_t count);

void CCryptoBoringSSL_CRYPTO_init_sysrand(void) {}
void CCryptoBoringSSL_CRYPTO_sysrand(uint8_t *bytes, size_t count) { random_get(bytes, count); }
void CCryptoBoringSSL_CRYPTO_sysrand_for_seed(uint8_t *bytes, size_t count) { random_get(bytes, count); }
