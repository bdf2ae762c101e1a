// What Linux offers for datagrams in bulk, in a form Swift can use: the socket structures stay on this side.
// Functions that can fail return a negative errno.
#ifndef CLINUXNET_H
#define CLINUXNET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

// An address as two network-order integers; IPv4 has its four bytes in the low half of `low`. Mapped addresses
// (::ffff:a.b.c.d) never appear: they are IPv4 here.
typedef struct {
  uint64_t high;
  uint64_t low;
  uint16_t port;
  bool is_ipv6;
} lnet_address;

// One datagram of a batch. `data` is set once; the rest is filled by receiving, or before sending.
typedef struct {
  uint8_t *data;
  size_t length;
  lnet_address address;
  // When the kernel took it in, in nanoseconds of CLOCK_REALTIME; 0 unless the socket notes it.
  int64_t arrival;
  bool is_truncated;
} lnet_datagram;

enum { LNET_BATCH = 64, LNET_SLOT = 2048 };

// 64 datagrams of at most 2,048 bytes and all that recvmmsg and sendmmsg want to know about them.
typedef struct lnet_batch lnet_batch;

// NULL when memory has run out.
lnet_batch *lnet_batch_create(void);
void lnet_batch_destroy(lnet_batch *batch);
// The 64 datagrams, valid as long as the batch.
lnet_datagram *lnet_batch_datagrams(lnet_batch *batch);

// Receives what is there, 0...64 datagrams, without waiting.
int lnet_receive(lnet_batch *batch, int socket);
// Sends datagrams [first, count) without waiting: how many the kernel took, at least one, or why not the first. `family` is
// that of the socket, AF_INET or AF_INET6 (dual-stack).
int lnet_send(lnet_batch *batch, int socket, int family, int first, int count);

// Datagrams on their way out: at most 1,024 in 1 MiB.
enum { LNET_EGRESS = 1024, LNET_EGRESS_BYTES = 1 << 20 };
typedef struct lnet_egress lnet_egress;

// A datagram to send, somewhere in the memory of the egress.
typedef struct {
  uint8_t *data;
  lnet_address address;
  uint32_t length;
} lnet_outgoing;

// What has been sent; calls add to it. `joined` are the datagrams that left together with others in one message (UDP_SEGMENT),
// `full` those dropped for want of room in the socket's buffer, `unreachable` those refused for themselves.
typedef struct {
  uint64_t calls, datagrams, bytes, joined, full, unreachable;
} lnet_sent;

// `family` is that of the socket, AF_INET or AF_INET6 (dual-stack). Without `joins` each datagram is a message of its own.
// NULL when memory has run out. Memory is touched as it is used.
lnet_egress *lnet_egress_create(int socket, int family, bool joins);
void lnet_egress_destroy(lnet_egress *egress);
// The 1,024 datagrams, and the bytes they may lie in, valid as long as the egress.
lnet_outgoing *lnet_egress_datagrams(lnet_egress *egress);
uint8_t *lnet_egress_memory(lnet_egress *egress);
// Sends datagrams [0, count) without waiting, those to one address in order.
void lnet_egress_send(lnet_egress *egress, int count, lnet_sent *sent);

// A bound UDP socket, not blocking. An IPv6 one also takes IPv4 when `is_dual_stack`. The kernel is asked for buffers of
// `buffer_bytes` each way and grants what it may.
int lnet_udp_open(lnet_address address, bool is_dual_stack, int buffer_bytes);
// Makes the kernel note when datagrams arrive, where it can.
void lnet_udp_note_arrivals(int socket);
// One of several sockets of this process on one port (SO_REUSEPORT): the kernel spreads datagrams over them by a hash of
// addresses, or as `lnet_steer` says, numbered in the order of opening.
int lnet_udp_open_shared(lnet_address address, bool is_dual_stack, int buffer_bytes);
// What the kernel granted, in its own count, which is twice the bytes of a plain request.
int lnet_granted_buffer(int socket, bool is_receive);

// An instruction of classic BPF, as `struct sock_filter`.
typedef struct {
  uint16_t code;
  uint8_t jt;
  uint8_t jf;
  uint32_t k;
} lnet_instruction;

// Replaces the program that picks the socket of a port for each datagram (SO_ATTACH_REUSEPORT_CBPF), 1...4096 instructions. It
// sees the payload at offset 0 and the IP header at SKF_NET_OFF. Needs no privilege.
int lnet_steer(int socket, const lnet_instruction *program, int count);

// The port a socket is bound to.
int lnet_local_port(int socket);

// Whether the kernel cuts datagrams itself (UDP_SEGMENT), and whether a TCP port can be listened on: 0 if so.
int lnet_probe_segmentation(void);
int lnet_probe_tcp(lnet_address address, bool is_dual_stack);
// Whether something keeps the clock right: 1, or 0 if nothing does.
int lnet_probe_clock(void);

// An eventfd to wake a poller with.
int lnet_event_create(void);
void lnet_event_signal(int event);
void lnet_event_clear(int event);
// 1 when the event is signalled, 0 after the timeout; a negative one waits for ever.
int lnet_event_wait(int event, int timeout_milliseconds);

enum { LNET_SOCKET_READY = 1, LNET_EVENT_READY = 2 };

// Waits on a socket and an event. A negative timeout waits for ever; others are rounded up to milliseconds.
int lnet_poller_create(int socket, int event);
int lnet_poller_wait(int poller, int64_t timeout_nanoseconds);

// Waits on any number of descriptors, told apart by tags. A descriptor that is closed is forgotten.
int lnet_multitude_create(void);
int lnet_multitude_add(int poller, int descriptor, uint32_t tag);
// A descriptor that was added goes out again; it stays open.
void lnet_multitude_remove(int poller, int descriptor);
// Tags of those that can be read, how many; none after the timeout, which is rounded up to milliseconds.
int lnet_multitude_wait(int poller, int64_t timeout_nanoseconds, uint32_t *tags, int capacity);

// The address that this machine would send to `to` from.
int lnet_source_of(lnet_address to, lnet_address *source);

void lnet_close(int descriptor);
// CLOCK_MONOTONIC in nanoseconds.
int64_t lnet_now(void);
// CLOCK_REALTIME in nanoseconds: what arrivals are noted in.
int64_t lnet_real_time(void);

// Addresses of interfaces that are up, at most `capacity`, IPv6 link-local ones left out: they need a zone.
int lnet_interface_addresses(lnet_address *addresses, int capacity);

// Blocks of 16 kB and more that the heap has no room for are pages of their own from now on, in the whole process.
void lnet_own_pages(void);

// Pages of all heaps of the process on which nothing lies go back to the system. Locks one heap after the other.
void lnet_give_back(void);

// Of a block whose first `used` bytes were written, the pages that were touched and lie wholly in it go back to the system, and
// are zeros when they are read again.
void lnet_forget(const void *block, size_t used, size_t capacity);

// A thread named `name` (15 characters), on CPU `cpu` alone unless that is negative. 0, and its handle in `thread`.
int lnet_thread_start(uint64_t *thread, const char *name, int cpu, void (*body)(void *), void *context);
void lnet_thread_join(uint64_t thread);
bool lnet_thread_is_current(uint64_t thread);
// CPU time of the calling thread in nanoseconds.
int64_t lnet_thread_cpu_time(void);

#endif
