#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

/* SHA1_Init and its kin are marked deprecated since 3.0; RTCSecurity/HMACSHA1.swift says why they are used here. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ec.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/time.h>

/* Swift does not import function-like macros or C varargs: each of these is one of them and nothing more. */

static inline EVP_PKEY *copenssl_generate_p256_key(void) {
  return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

static inline int copenssl_ctx_require_dtls12(SSL_CTX *ctx) {
  return SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) == 1
      && SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION) == 1;
}

static inline int copenssl_ctx_set_groups(SSL_CTX *ctx, const char *list) {
  return SSL_CTX_set1_groups_list(ctx, list) == 1;
}

/* The MTU is ours to say; nothing is ever resumed or renegotiated. */
static inline void copenssl_ctx_set_options(SSL_CTX *ctx) {
  (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  (void)SSL_CTX_set_options(
      ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
}

static inline void copenssl_set_mtu(SSL *ssl, long mtu) { (void)SSL_set_mtu(ssl, mtu); }

static inline int copenssl_handle_timeout(SSL *ssl) { return (int)DTLSv1_handle_timeout(ssl); }

/* `place` is the struct timeval that BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT hands to a BIO; all zero: no timer runs. */
static inline int copenssl_timer_is_set(const void *place) {
  const struct timeval *timer = (const struct timeval *)place;
  return timer->tv_sec != 0 || timer->tv_usec != 0;
}

static inline void copenssl_timer_set(void *place, long seconds) {
  struct timeval *timer = (struct timeval *)place;
  timer->tv_sec = seconds;
  timer->tv_usec = 0;
}

static inline void copenssl_bio_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }

static inline void copenssl_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

/* A hint to the processor, and no call. */
static inline void copenssl_prefetch(const void *address) { __builtin_prefetch(address); }

static inline int copenssl_error_reason(unsigned long code) { return ERR_GET_REASON(code); }

static inline long copenssl_bio_get_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

#endif
