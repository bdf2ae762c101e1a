#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef union {
  struct cmsghdr header;
  uint8_t bytes[CMSG_SPACE(sizeof(struct timespec))];
} control;

struct lnet_batch {
  lnet_datagram datagrams[LNET_BATCH];
  struct mmsghdr headers[LNET_BATCH];
  struct iovec vectors[LNET_BATCH];
  struct sockaddr_storage names[LNET_BATCH];
  // For receiving only.
  control controls[LNET_BATCH];
  _Alignas(64) uint8_t memory[LNET_BATCH][LNET_SLOT];
};

lnet_batch *lnet_batch_create(void) {
  lnet_batch *batch = aligned_alloc(64, (sizeof *batch + 63) / 64 * 64);
  if (!batch) return NULL;
  for (int i = 0; i < LNET_BATCH; i++) {
    batch->datagrams[i] = (lnet_datagram){.data = batch->memory[i]};
    batch->vectors[i] = (struct iovec){.iov_base = batch->memory[i], .iov_len = LNET_SLOT};
    batch->headers[i] = (struct mmsghdr){
        .msg_hdr = {.msg_name = &batch->names[i], .msg_iov = &batch->vectors[i], .msg_iovlen = 1}};
  }
  return batch;
}

void lnet_batch_destroy(lnet_batch *batch) { free(batch); }

lnet_datagram *lnet_batch_datagrams(lnet_batch *batch) { return batch->datagrams; }

static int64_t arrival(struct msghdr *header) {
  for (struct cmsghdr *item = CMSG_FIRSTHDR(header); item; item = CMSG_NXTHDR(header, item)) {
    if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SO_TIMESTAMPNS) continue;
    struct timespec time;
    memcpy(&time, CMSG_DATA(item), sizeof time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
  }
  return 0;
}

int lnet_receive(lnet_batch *batch, int socket) {
  for (int i = 0; i < LNET_BATCH; i++) {
    struct msghdr *header = &batch->headers[i].msg_hdr;
    header->msg_namelen = sizeof batch->names[i];
    header->msg_control = &batch->controls[i];
    header->msg_controllen = sizeof batch->controls[i];
  }
  int count = recvmmsg(socket, batch->headers, LNET_BATCH, MSG_DONTWAIT, NULL);
  if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    lnet_datagram *datagram = &batch->datagrams[i];
    datagram->length = batch->headers[i].msg_len;
    datagram->arrival = arrival(&batch->headers[i].msg_hdr);
    datagram->is_truncated = batch->headers[i].msg_hdr.msg_flags & MSG_TRUNC;
    datagram->address = lnet_from_sockaddr((const struct sockaddr *)&batch->names[i]);
  }
  return count;
}

int lnet_send(lnet_batch *batch, int socket, int family, int first, int count) {
  for (int i = first; i < count; i++) {
    batch->headers[i].msg_hdr.msg_control = NULL;
    batch->headers[i].msg_hdr.msg_controllen = 0;
    socklen_t size = lnet_to_sockaddr(batch->datagrams[i].address, family, &batch->names[i]);
    // What this socket cannot reach ends the run: the caller learns of it when it comes first.
    if (size == 0) {
      if (i == first) return -EAFNOSUPPORT;
      count = i;
      break;
    }
    batch->headers[i].msg_hdr.msg_namelen = size;
    batch->vectors[i].iov_len = batch->datagrams[i].length;
  }
  int sent;
  do sent = sendmmsg(socket, batch->headers + first, (unsigned)(count - first), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}
