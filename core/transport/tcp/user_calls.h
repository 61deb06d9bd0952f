// What programs ask of TCP: the user calls of RFC 9293 3.9.1 (OPEN, SEND, RECEIVE, CLOSE, ABORT,
// STATUS) in the shape that sockets need. Called by core/socket only. Nothing blocks and nothing is
// transmitted here: whoever calls drains Tcp::output_one() afterwards.
//
// An id is valid until close() or abort() of it, also when the connection has failed or ended by
// itself; a stale one answers Error::kBadHandle.
#pragma once

#include <optional>
#include <span>

#include "link/context.h"
#include "net/network.h"
#include "transport/ports.h"
#include "transport/tcp/ecn_mode.h"
#include "transport/tcp/fast_open.h"
#include "transport/tcp/ids.h"
#include "transport/tcp/info.h"
#include "transport/tcp/send_report.h"
#include "transport/tcp/settings.h"
#include "util/result.h"
#include "util/siphash.h"

namespace tapstack::transport::tcp {

class Tcp;

// --- ports: a socket holds a binding between bind() and its own close ---

// Port 0 chooses one. kAddressInUse, kNoBuffers (table full).
Result<BindingId> bind(Tcp& tcp, Context& ctx, const BindRequest& request);
// The socket lets go of it; connections that use the port keep it for themselves.
void unbind(Tcp& tcp, BindingId binding);
Endpoint bound_endpoint(const Tcp& tcp, BindingId binding);

// --- OPEN ---

struct OpenRequest {
  Endpoint local;  // of the binding; address any or none: chosen; ignored port without binding
  Endpoint remote;
  InterfaceId interface;  // SO_BINDTODEVICE, 0 any
  BindingId binding;      // null: an ephemeral port is chosen (RFC 6056)
  Owner owner;
  Settings settings;
};

// Active OPEN: the SYN goes out with the next output_one(). kConnected or kConnectFailed follows.
// Errors: of Network::route(); kAddressNotAvailable (no port free, or these ends are connected);
// kNoBuffers (no connection free); kInvalid (remote any, broadcast or multicast, or port 0:
// kNetworkUnreachable and kConnectionRefused, as Linux answers them).
Result<ConnectionId> connect(Tcp& tcp, Context& ctx, const net::Network& network,
                             const OpenRequest& request);

struct ListenRequest {
  Endpoint local;  // address: see BoundAddress
  InterfaceId interface;
  bool ip6_only = false;  // IPV6_V6ONLY
  BindingId binding;      // required
  uint32_t backlog = 1;   // clamped to [1, kConfig.tcp_backlog_max]
  Owner owner;
  Settings settings;
};

// Passive OPEN. kAddressInUse (another socket listens there), kNoBuffers (no listener free).
Result<ListenerId> listen(Tcp& tcp, const ListenRequest& request);
Status set_backlog(Tcp& tcp, ListenerId id, uint32_t backlog);
// The oldest complete connection; kWouldBlock when none. Its state may already be past ESTABLISHED:
// ask status(). Events before this call were not reported.
Result<ConnectionId> accept(Tcp& tcp, ListenerId id, Owner owner);
// Resets whatever nobody has accepted.
Status close_listener(Tcp& tcp, Context& ctx, ListenerId id);

struct ListenerStatus {
  uint32_t acceptable = 0;  // connections in the accept queue
  uint32_t backlog = 0;
};
Result<ListenerStatus> listener_status(const Tcp& tcp, ListenerId id);

// --- SEND ---

struct SendFlags {
  bool more = false;         // MSG_MORE: as TCP_CORK for this call
  bool urgent = false;       // MSG_OOB: the last byte is urgent (RFC 6093)
  bool ends_record = false;  // MSG_EOR: no segment holds text of this call and of a later one
  uint8_t reports = 0;       // bits of SendReport that are wanted of the last octet taken
};

// Queues as much as there is room for, copying it. kWouldBlock: no room (kWritable will follow),
// also before the handshake is complete; kBrokenPipe: after shutdown or the end of the connection;
// kNotConnected: never connected. A pending error (see take_error()) is returned once instead.
Result<size_t> send(Tcp& tcp, Context& ctx, ConnectionId id, std::span<const mem::ConstBytes> parts,
                    const SendFlags& flags);
// Spans for at most `bytes` to be filled in place, then commit_send() of what was filled (0
// allowed, and required before any other call). Errors as send(). Returns the number of spans.
Result<size_t> reserve_send(Tcp& tcp, Context& ctx, ConnectionId id, size_t bytes,
                            std::span<mem::Bytes> spans);
Status commit_send(Tcp& tcp, Context& ctx, ConnectionId id, size_t bytes, const SendFlags& flags);

// The oldest of what is to be told about text sent; kWouldBlock: nothing.
Result<SendReport> take_send_report(Tcp& tcp, ConnectionId id);

// --- RECEIVE ---

struct ReceiveFlags {
  bool peek = false;    // MSG_PEEK
  bool urgent = false;  // MSG_OOB: the urgent byte alone; kInvalid when there is none
};

// 0 bytes is end of stream. kWouldBlock: none yet; kNotConnected: never connected. A pending error
// is returned once after all data was read. Stops at the urgent mark (RFC 6093, SIOCATMARK).
Result<size_t> receive(Tcp& tcp, Context& ctx, ConnectionId id, std::span<const mem::Bytes> parts,
                       const ReceiveFlags& flags);
// The queue's bytes in place, valid until the next call; returns the number of spans. Unlike
// receive() it neither stops at the urgent mark nor leaves the urgent octet out:
// ConnectionStatus::urgent_offset says where that is.
size_t peek_spans(const Tcp& tcp, const mem::PacketMemory& memory, ConnectionId id,
                  std::span<mem::ConstBytes> spans);
// Takes `bytes` off the receive queue (at most what it holds) and opens the window accordingly.
Status consume(Tcp& tcp, Context& ctx, ConnectionId id, size_t bytes);

// --- CLOSE and ABORT ---

// Half-close: FIN after what is queued. kNotConnected before the handshake or after the end.
Status shutdown_send(Tcp& tcp, Context& ctx, ConnectionId id);
// receive() answers end of stream once the queue is empty. What arrives later is queued and can be
// read all the same, as on Linux: RFC 9293 knows no such half of a CLOSE, so the peer is told
// nothing.
Status shutdown_receive(Tcp& tcp, Context& ctx, ConnectionId id);
// The program is done: the id is stale afterwards. What is queued and the FIN still go out; with
// linger_s 0 or unread data a RST goes instead (RFC 2525 2.17).
Status close(Tcp& tcp, Context& ctx, ConnectionId id);
// RST at once, whatever is queued is lost. The id is stale afterwards.
Status abort(Tcp& tcp, Context& ctx, ConnectionId id);

// --- STATUS ---

struct ConnectionStatus {
  TcpState state = TcpState::kClosed;
  Endpoint local;
  Endpoint remote;
  InterfaceId interface;
  Error error = Error::kNone;   // pending; take_error() clears it
  uint32_t readable_bytes = 0;  // in-order data not yet consumed (FIONREAD)
  uint32_t unsent_bytes = 0;    // accepted from the program, not acknowledged (SIOCOUTQ)
  uint32_t not_sent_bytes = 0;  // of those, never sent (SIOCOUTQNSD)
  uint32_t path_mtu_bytes = 0;
  bool is_quick_ack = true;   // TCP_QUICKACK
  bool is_deferred = false;   // Fast Open: the SYN waits for the first send()
  bool is_connected = false;  // handshake complete and not ended by an error
  bool peer_closed = false;   // end of stream follows readable_bytes
  bool send_closed = false;   // shutdown_send() or the end: send() answers kBrokenPipe
  bool is_writable = false;   // send() would take something
  bool has_send_report = false;
  bool has_urgent = false;  // the urgent octet has arrived and was not read
  // Octets in the receive queue before the urgent one, which may not have arrived; none when no
  // urgent octet was announced, or the reader has passed it.
  std::optional<uint32_t> urgent_offset;
  bool at_urgent_mark = false;  // SIOCATMARK
};

Result<ConnectionStatus> status(const Tcp& tcp, ConnectionId id);
Error take_error(Tcp& tcp, ConnectionId id);  // SO_ERROR: reads and clears
Result<TcpInfo> info(const Tcp& tcp, Instant now, ConnectionId id);
Result<TcpInfo> info(const Tcp& tcp, ListenerId id);
Result<Settings> settings(const Tcp& tcp, ConnectionId id);
// For handshakes from now on.
void set_ecn_mode(Tcp& tcp, EcnMode mode);
// RFC 7413: who may, and the secret of the cookies (two little-endian halves).
void set_fast_open(Tcp& tcp, FastOpenMode mode);
void set_fast_open_key(Tcp& tcp, const SecretKey& key);
void forget_fast_open_servers(Tcp& tcp);
bool may_fast_open(const Tcp& tcp);  // as a client
// TCP_QUICKACK: not 0 sends an ACK that waits and acknowledges quickly from now on, 0 lets ACKs
// wait for answers to go with; the traffic changes that again. An even value only sends the ACK.
Status set_quick_ack(Tcp& tcp, Context& ctx, ConnectionId id, int64_t value);
// Takes effect at once; what had to be sent because of it is marked pending.
Status change_settings(Tcp& tcp, Context& ctx, ConnectionId id, const Settings& settings);
Status change_settings(Tcp& tcp, ListenerId id, const Settings& settings);

}  // namespace tapstack::transport::tcp
