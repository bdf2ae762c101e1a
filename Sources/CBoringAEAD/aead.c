#include "boring_aead.h"

#include <CCryptoBoringSSL_aead.h>
#include <CCryptoBoringSSL_mem.h>

enum { key_length = 16, nonce_length = 12, tag_length = 16 };

size_t boring_gcm_size(void) { return sizeof(EVP_AEAD_CTX); }

int boring_gcm_init(void *context, const uint8_t *key) {
  EVP_AEAD_CTX_zero(context);
  return EVP_AEAD_CTX_init(context, EVP_aead_aes_128_gcm(), key, key_length, tag_length, NULL);
}

void boring_gcm_wipe(void *context) {
  EVP_AEAD_CTX_cleanup(context);
  OPENSSL_cleanse(context, sizeof(EVP_AEAD_CTX));
}

int boring_gcm_seal(const void *context, uint8_t *target, uint8_t *tag, const uint8_t *nonce, const uint8_t *text,
                    size_t count, const uint8_t *clear, size_t clear_count) {
  size_t length;
  return EVP_AEAD_CTX_seal_scatter(context, target, tag, &length, tag_length, nonce, nonce_length, text, count, NULL, 0,
                                   clear, clear_count);
}

int boring_gcm_open(const void *context, uint8_t *text, size_t count, const uint8_t *tag, const uint8_t *nonce,
                    const uint8_t *clear, size_t clear_count) {
  return EVP_AEAD_CTX_open_gather(context, text, nonce, nonce_length, text, count, tag, tag_length, clear, clear_count);
}
