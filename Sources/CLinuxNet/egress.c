#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

// What the kernel takes in one message: UDP_MAX_SEGMENTS, and a datagram's length with its headers.
enum { MAX_SEGMENTS = 64, MAX_BYTES = 65000 };
enum { NONE = 0xFFFF };

// Datagrams to one address that leave as one message: all of one size, but the last, which may be shorter.
typedef struct {
  lnet_address address;
  uint32_t bytes;
  uint16_t first, last;
  uint16_t count;
  uint16_t size;
  bool is_closed;
} run;

typedef union {
  struct cmsghdr header;
  uint8_t bytes[CMSG_SPACE(sizeof(uint16_t))];
} control;

struct lnet_egress {
  int socket;
  int family;
  bool joins;
  lnet_outgoing datagrams[LNET_EGRESS];
  // The datagram after each in its run, or NONE.
  uint16_t next[LNET_EGRESS];
  run runs[LNET_EGRESS];
  int run_count;
  // The latest run to an address, by a hash of that; NONE for an empty cell.
  uint16_t cells[2 * LNET_EGRESS];
  struct mmsghdr headers[LNET_EGRESS];
  struct iovec vectors[LNET_EGRESS];
  struct sockaddr_storage names[LNET_EGRESS];
  control controls[LNET_EGRESS];
  _Alignas(64) uint8_t memory[LNET_EGRESS_BYTES];
};

lnet_egress *lnet_egress_create(int socket, int family, bool joins) {
  lnet_egress *egress = aligned_alloc(64, (sizeof *egress + 63) / 64 * 64);
  if (!egress) return NULL;
  egress->socket = socket;
  egress->family = family;
  egress->joins = joins;
  egress->run_count = 0;
  return egress;
}

void lnet_egress_destroy(lnet_egress *egress) { free(egress); }
lnet_outgoing *lnet_egress_datagrams(lnet_egress *egress) { return egress->datagrams; }
uint8_t *lnet_egress_memory(lnet_egress *egress) { return egress->memory; }

static bool is_same(const lnet_address *a, const lnet_address *b) {
  return a->low == b->low && a->high == b->high && a->port == b->port && a->is_ipv6 == b->is_ipv6;
}

static uint32_t hash(const lnet_address *address) {
  uint64_t word = (address->low ^ address->high * 0x9E3779B97F4A7C15u ^ (uint64_t)address->port << 40) * 0xD6E8FEB86659FD93u;
  return (uint32_t)(word >> 32);
}

static bool may_join(const run *run, uint32_t length) {
  return !run->is_closed && length <= run->size && run->count < MAX_SEGMENTS && run->bytes + length <= MAX_BYTES;
}

static void join(lnet_egress *egress, run *run, int i) {
  uint32_t length = egress->datagrams[i].length;
  egress->next[run->last] = (uint16_t)i;
  run->last = (uint16_t)i;
  run->count++;
  run->bytes += length;
  run->is_closed = length < run->size;
}

// Sorts datagrams [0, count) into runs. A later run to an address comes after the earlier ones, so order is kept.
static void make_runs(lnet_egress *egress, int count) {
  uint32_t size = 4;
  while (size < 2 * (uint32_t)count) size *= 2;
  if (egress->joins) memset(egress->cells, 0xFF, size * sizeof *egress->cells);
  egress->run_count = 0;
  run *previous = NULL;
  for (int i = 0; i < count; i++) {
    const lnet_outgoing *datagram = &egress->datagrams[i];
    egress->next[i] = NONE;
    // A picture's packets to one receiver come one after the other.
    if (egress->joins && previous && is_same(&previous->address, &datagram->address) &&
        may_join(previous, datagram->length)) {
      join(egress, previous, i);
      continue;
    }
    uint16_t *cell = NULL;
    if (egress->joins) {
      uint32_t place = hash(&datagram->address) & (size - 1);
      while (egress->cells[place] != NONE && !is_same(&egress->runs[egress->cells[place]].address, &datagram->address))
        place = (place + 1) & (size - 1);
      cell = &egress->cells[place];
      if (*cell != NONE && may_join(&egress->runs[*cell], datagram->length)) {
        previous = &egress->runs[*cell];
        join(egress, previous, i);
        continue;
      }
      *cell = (uint16_t)egress->run_count;
    }
    previous = &egress->runs[egress->run_count++];
    *previous = (run){
        .address = datagram->address, .bytes = datagram->length, .first = (uint16_t)i, .last = (uint16_t)i, .count = 1,
        .size = (uint16_t)datagram->length};
  }
}

static void make_messages(lnet_egress *egress) {
  struct iovec *vector = egress->vectors;
  for (int i = 0; i < egress->run_count; i++) {
    const run *run = &egress->runs[i];
    struct msghdr *header = &egress->headers[i].msg_hdr;
    // An address that this socket cannot reach has length 0, which the kernel refuses for this message alone.
    *header = (struct msghdr){
        .msg_name = &egress->names[i], .msg_namelen = lnet_to_sockaddr(run->address, egress->family, &egress->names[i]),
        .msg_iov = vector, .msg_iovlen = run->count};
    for (uint16_t j = run->first; j != NONE; j = egress->next[j])
      *vector++ = (struct iovec){.iov_base = egress->datagrams[j].data, .iov_len = egress->datagrams[j].length};
    if (run->count == 1) continue;
    control *control = &egress->controls[i];
    control->header = (struct cmsghdr){
        .cmsg_level = SOL_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(sizeof(uint16_t))};
    memcpy(CMSG_DATA(&control->header), &run->size, sizeof run->size);
    header->msg_control = control;
    header->msg_controllen = sizeof *control;
  }
}

static bool is_full(int error) { return error == EAGAIN || error == ENOBUFS; }

// Sends the datagrams of a run one by one. False when the socket is full, and then the rest is counted as such.
static bool send_singly(lnet_egress *egress, int index, lnet_sent *sent) {
  const run *run = &egress->runs[index];
  struct msghdr message = egress->headers[index].msg_hdr;
  message.msg_control = NULL;
  message.msg_controllen = 0;
  message.msg_iovlen = 1;
  for (int i = 0; i < run->count; i++, message.msg_iov++) {
    ssize_t size;
    do size = sendmsg(egress->socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (size < 0 && errno == EINTR);
    if (size < 0 && is_full(errno)) {
      sent->full += (uint64_t)(run->count - i);
      return false;
    }
    sent->calls++;
    if (size < 0) {
      sent->unreachable++;
    } else {
      sent->datagrams++;
      sent->bytes += (uint64_t)size;
    }
  }
  return true;
}

static void note(const lnet_egress *egress, int first, int count, lnet_sent *sent) {
  sent->calls++;
  for (int i = first; i < first + count; i++) {
    const run *run = &egress->runs[i];
    sent->datagrams += run->count;
    sent->bytes += run->bytes;
    if (run->count > 1) sent->joined += run->count;
  }
}

void lnet_egress_send(lnet_egress *egress, int count, lnet_sent *sent) {
  make_runs(egress, count);
  make_messages(egress);
  bool is_blocked = false;
  for (int first = 0; first < egress->run_count;) {
    if (is_blocked) {
      sent->full += egress->runs[first++].count;
      continue;
    }
    int done = sendmmsg(
        egress->socket, egress->headers + first, (unsigned)(egress->run_count - first), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (done > 0) {
      note(egress, first, done, sent);
      first += done;
    } else if (is_full(errno)) {
      is_blocked = true;
    } else if (errno != EINTR) {
      // EIO: nothing behind this socket computes checksums for segments, and never will. Other refusals concern one
      // path, such as one whose MTU the segments would not fit.
      if (errno == EIO) egress->joins = false;
      if (egress->runs[first].count > 1) {
        is_blocked = !send_singly(egress, first, sent);
      } else {
        sent->unreachable++;
      }
      first++;
    }
  }
}
