// The socket-like interface of a Stack. All calls return at once; nothing blocks. `now` is the
// embedder's monotonic clock. Single threaded: the embedder serialises calls on one Stack.
// After any call that may have produced output, drain next_frame() (run.h) before waiting.
#pragma once

#include "api/types.h"
#include "socket/listing.h"

namespace tapstack {
class Stack;
}

namespace tapstack::api {

// Errors: kAddressFamilyNotSupported, kSocketTypeNotSupported, kProtocolNotSupported,
// kTooManySockets. protocol 0 means the kind's own.
//
// A stream or datagram socket of kIp6 does IPv4 too, unless Option::kIp6Only. It may be given IPv4
// addresses as they are or mapped (::ffff:a.b.c.d); what it answers is never mapped. Addresses of
// link-local scope carry their interface; one without takes that of the socket, else kInvalid.
Result<SocketId> open(Stack& stack, Instant now, Family family, SocketKind kind, uint8_t protocol);
// Port 0 chooses one, which a TCP socket has until its connection or its listening ends; one that
// was asked for stays. Errors: kAddressInUse, kAddressNotAvailable, kInvalid (already bound, or a
// connection that is not over), kBadHandle.
Status bind(Stack& stack, Instant now, SocketId id, const Endpoint& local);
// backlog is clamped to [1, kConfig.tcp_backlog_max]; again on a listener: changes it. kInvalid:
// the socket has a connection, or one that failed and of which connect() has not told yet.
Status listen(Stack& stack, Instant now, SocketId id, uint32_t backlog);
// TCP: kInProgress when a SYN goes out, then Readiness::kWritable and take_error(); kAlready until
// then. The next call tells, once, how it ended, as on Linux: kNone, and kIsConnected from then on;
// or the error (kConnectionAborted when take_error() had it before), and the socket can connect
// again. Datagram: sets the peer at once. peer.address without family dissolves the association
// (AF_UNSPEC).
Status connect(Stack& stack, Instant now, SocketId id, const Endpoint& peer);
// What connect() would say of an attempt that was made before, without making one: for who waits
// for it. kConnectionAborted: there is none (any more). kNotSupported: not a stream.
Status end_connect(Stack& stack, Instant now, SocketId id);

// MSG_FASTOPEN (RFC 7413), as connect() with Option::kFastOpenConnect. kNone: there is a cookie,
// the SYN goes out with what is sent next; kInProgress: the SYN asks for a cookie, send when
// connected. kNotSupported: not a stream, or clients may not (set_fast_open()).
Status connect_with_text(Stack& stack, Instant now, SocketId id, const Endpoint& peer);

struct Accepted {
  SocketId id;
  Endpoint peer;
};
// kWouldBlock when none is waiting; kInvalid when not listening; kTooManySockets leaves it queued.
Result<Accepted> accept(Stack& stack, Instant now, SocketId listener);

struct SendOptions {
  bool more = false;        // MSG_MORE: streams and UDP
  bool urgent = false;      // MSG_OOB
  bool dont_route = false;  // MSG_DONTROUTE: only to neighbours on link
  // MSG_EOR, streams: what is sent later does not join this text in a segment, also when that goes
  // again. Such places are limited (kConfig.tcp_send_marks); where there is none left, it may.
  bool ends_record = false;
  // Streams: bits of SendReport that take_send_report() is to tell of the last octet taken. Places
  // are limited as for ends_record; what finds none is not told.
  uint8_t reports = 0;
};
// Stream: queues as much as there is room for; kWouldBlock when none, also for want of packet
// memory: an event follows in both cases when there is some again. Datagram: all or nothing.
// Errors: kNotConnected, kBrokenPipe, kConnectionReset (pending errors are returned once),
// kMessageTooLong, kDestinationRequired, kAccess (broadcast not allowed), kNetworkUnreachable ...
Result<size_t> send(Stack& stack, Instant now, SocketId id, std::span<const ConstBytes> parts,
                    const DatagramInfo& to, const SendOptions& options);
// Datagrams: what send() to there would say before it looks at the bytes, and nothing is sent. A
// pending error is told once. is_too_long: they are known to be more than a datagram has room for.
// kNotSupported: a stream.
Status check_send(Stack& stack, Instant now, SocketId id, const DatagramInfo& to, bool is_too_long);

struct ReceiveOptions {
  bool peek = false;    // MSG_PEEK
  bool urgent = false;  // MSG_OOB
};
// Stream: 0 bytes is end of stream. Datagram: one; excess is cut (info->full_bytes tells).
// info may be null.
Result<size_t> receive(Stack& stack, Instant now, SocketId id, std::span<const Bytes> parts,
                       const ReceiveOptions& options, DatagramInfo* info);

// Streams without a copy: the queue's bytes as spans (valid until the next call on the Stack), then
// consume. Returns the number of spans filled; 0 with kNone when the queue is empty. An urgent
// octet is among them: urgent_offset() says which it is.
size_t peek_spans(Stack& stack, SocketId id, std::span<ConstBytes> spans);
Status consume(Stack& stack, Instant now, SocketId id, size_t bytes);
// Streams: spans for at most `bytes` to be filled (readv), then commit what was filled (0 allowed,
// and required before any other call on the Stack). kWouldBlock when the send queue is full.
// `options` are those of send(), for these bytes.
Result<size_t> reserve_send(Stack& stack, SocketId id, size_t bytes, std::span<Bytes> spans);
Status commit_send(Stack& stack, Instant now, SocketId id, size_t bytes,
                   const SendOptions& options = {});

Status shutdown(Stack& stack, Instant now, SocketId id, Shutdown how);
// The id is stale afterwards. TCP goes on sending what is queued and its FIN (or resets, with
// Option::kLingerS 0 or unread data); is_drained() of the Stack tells when all is out.
Status close(Stack& stack, Instant now, SocketId id);

Result<Endpoint> local_endpoint(const Stack& stack, SocketId id);
Result<Endpoint> remote_endpoint(const Stack& stack, SocketId id);  // kNotConnected
Readiness readiness(const Stack& stack, SocketId id);
// Bytes that receive() would return now (FIONREAD: stream all, datagram the first), and bytes not
// yet acknowledged by the peer (SIOCOUTQ).
Result<size_t> readable_bytes(const Stack& stack, SocketId id);
Result<size_t> unsent_bytes(const Stack& stack, SocketId id);
// Of unsent_bytes(), those that were never sent (SIOCOUTQNSD).
Result<size_t> not_sent_bytes(const Stack& stack, SocketId id);
// Octets in the receive queue before the urgent one (RFC 6093), which was announced but need not be
// there yet; 0 is SIOCATMARK. kWouldBlock: none was announced, or it was read past.
Result<size_t> urgent_offset(const Stack& stack, SocketId id);
Error take_error(Stack& stack, SocketId id);                       // SO_ERROR: reads and clears
Error pending_error(const Stack& stack, SocketId id);              // the same, and it stays
Result<QueuedError> take_queued_error(Stack& stack, SocketId id);  // kWouldBlock when none
// The oldest report about text sent (SendOptions::reports); kWouldBlock when there is none. While
// there is one, Readiness::kError is set.
Result<SendReport> take_send_report(Stack& stack, SocketId id);
Status set_option(Stack& stack, Instant now, SocketId id, Option option, int64_t value);
// ICMP6_FILTER. kNotSupported unless a raw socket of ICMPv6.
Status set_icmp6_filter(Stack& stack, SocketId id, const Icmp6Filter& filter);
Result<Icmp6Filter> icmp6_filter(const Stack& stack, SocketId id);
// IP_OPTIONS and RFC 3542's sticky headers: what all datagrams of the socket go out with from now
// on. Errors of PacketOptions::set(); kNotSupported for streams.
Status set_packet_header(Stack& stack, Instant now, SocketId id, PacketHeader header,
                         ConstBytes bytes);
// Valid until the next call on the Stack.
Result<ConstBytes> packet_header(const Stack& stack, SocketId id, PacketHeader header);
Result<int64_t> get_option(const Stack& stack, SocketId id, Option option);
// What TCP sockets that are opened from now on begin with, as sysctl net.ipv4.tcp_* does. Errors:
// those of set_option() for an option of TCP's own; kNoProtocolOption for others.
Status set_tcp_default(Stack& stack, Instant now, Option option, int64_t value);
Result<TcpInfo> tcp_info(const Stack& stack, Instant now, SocketId id);  // also of a listener

// Every socket of `kind`, one after the other, with what TCP has besides (half-open connections,
// TIME-WAIT ...), for tools that look. `position` begins with 0; false past the last. Sockets may
// come and go between calls: one that stays is met exactly once.
using socket::ListedSocket;
bool list_next(const Stack& stack, Instant now, SocketKind kind, uint32_t& position,
               ListedSocket& out);
// The TCP or UDP socket that a packet from `remote` to `local` on `interface` would be for; false:
// nobody's.
bool list_one(const Stack& stack, Instant now, SocketKind kind, const Endpoint& local,
              const Endpoint& remote, InterfaceId interface, ListedSocket& out);
// Figures of a TCP line, also of one without a socket. kBadHandle: it is over.
Result<TcpInfo> listed_info(const Stack& stack, Instant now, const Listed& line);
Result<CongestionAlgorithm> listed_congestion(const Stack& stack, Instant now, const Listed& line);
// Ends the connection of a TCP line (RST to the peer), takes a datagram socket's peer away; the
// program hears kConnectionAborted. kNotSupported: a listener; kBadHandle: it is over.
Status destroy_listed(Stack& stack, Instant now, SocketKind kind, const Listed& line);

// The next socket whose readiness changed since it was last reported here, with an edge for every
// further arrival of data; false when there is none.
bool next_event(Stack& stack, SocketId& id);

}  // namespace tapstack::api
