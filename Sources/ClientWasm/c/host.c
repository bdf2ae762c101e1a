// BoringSSL reports failures twice: by return value, which is what BoringCrypto.swift reads, and in a queue of texts, which
// would bring the whole of stdio with it. This is the queue.
void CCryptoBoringSSL_ERR_put_error(int library, int unused, int reason, const char *file, unsigned line) {
  (void)library, (void)unused, (void)reason, (void)file, (void)line;
}
