// Part of the module only when the transcript's test builds it.

/// Out: the hashes of the steps, 32 bytes each.
@c(transcript_run)
func transcriptRun() -> Int32 {
  mailbox.write(MeetingTranscript<BoringX25519Suite, BoringCrypto>.run().flatMap { $0 })
}
