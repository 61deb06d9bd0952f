// Neighbours on the link and their link-layer addresses: the state machine of RFC 4861 7.3, used
// for ARP (RFC 1122 2.3.2) as for ND. It knows no message format: it is told what messages prove,
// and returns whom to solicit. What a message may change differs: ARP believes only answers to its
// own questions, ND what its flags say.
// A scan of addresses that nobody has takes no room from neighbours that are there (RFC 6583):
// those that are being resolved or did not answer have kConfig.neighbours_unresolved entries, known
// ones the rest, and each give way only to their like.
#pragma once

#include <array>
#include <bit>
#include <optional>

#include "link/context.h"
#include "mem/list.h"
#include "mem/pool.h"
#include "util/result.h"

namespace tapstack::link {

enum class NeighbourState : uint8_t {
  kNone,         // unknown
  kIncomplete,   // solicited, no answer yet; packets wait
  kReachable,    // confirmed within kConfig.neighbour_reachable_ms
  kStale,        // has an address, last confirmed longer ago; used without asking
  kDelay,        // stale and used: probed after kConfig.neighbour_delay_probe_ms
  kProbe,        // being asked by unicast whether the address still holds
  kUnreachable,  // IPv6: did not answer, its address is used on; asked by multicast (RFC 7048 3)
  kFailed,       // did not answer; the next packet to it starts over
  kPermanent,    // given by hand: neither asked nor changed by messages
};

// An entry as it is shown to who asks.
struct NeighbourInfo {
  InterfaceId interface;
  IpAddress address;
  NeighbourState state = NeighbourState::kNone;
  MacAddress mac;   // zero while it is not known
  Instant used_at;  // by a packet to it
  Instant state_since;
  uint8_t probes_sent = 0;
};

// Someone to be asked for their link-layer address.
struct Solicitation {
  InterfaceId interface;
  IpAddress target;
  IpAddress source;  // of the packet that prompts it; no family: none does
  bool is_unicast = false;
  MacAddress mac;  // to whom when is_unicast
};

// What a received ARP message proves about its sender.
enum class Evidence : uint8_t {
  kSolicitedReply,  // an answer to us: the only thing that changes a known address
  kRequest,         // the sender wants to talk to us: may add an address, never change one
  kUnsolicited,     // overheard: may only raise doubt about what is known
};

// What a Neighbour Advertisement says of its target (RFC 4861 4.4).
struct Advertisement {
  std::optional<MacAddress> mac{};  // target link-layer address option
  bool is_router = false;
  bool is_solicited = false;
  bool has_override = false;
};

struct AdvertisementEffect {
  mem::PacketQueue released;  // waited for the address; the caller owns them now
  bool is_no_router = false;  // it says so: nothing goes by way of it any more (RFC 4861 7.2.5)
};

// How long neighbours of an interface are waited for. IPv6's come from its routers (RFC 4861
// 6.3.2); ARP keeps kConfig's.
struct NeighbourTiming {
  Duration retrans = Duration::ms(kConfig.neighbour_retrans_ms);
  Duration reachable = Duration::ms(kConfig.neighbour_reachable_ms);
};

class NeighbourCache {
 public:
  explicit NeighbourCache(const SecretKey& hash_key);

  // The link-layer address to send to now; none while it must be resolved. Counts as use: a stale
  // entry goes to DELAY. `asker`: the source of the packet that is sent, which a solicitation that
  // it prompts comes from (RFC 4861 7.2.2), if nobody has needed this neighbour before.
  std::optional<MacAddress> lookup(Context& ctx, InterfaceId interface, const IpAddress& address,
                                   const IpAddress& asker = {});
  // Keeps a packet until the address is known or resolution fails; when the neighbour's queue is
  // full the oldest one gives way (RFC 4861 7.2.2). Returns whom to solicit, if that is due now.
  // Errors: kNoBuffers (as many as may be are being resolved, and each may still answer); the
  // packet is dropped.
  Result<std::optional<Solicitation>> enqueue(Context& ctx, InterfaceId interface,
                                              const IpAddress& address, mem::PacketPtr packet);
  // A message came from `address` with link-layer address `mac`. Returns the packets that waited
  // for it; the caller owns them now.
  mem::PacketQueue on_message(Context& ctx, InterfaceId interface, const IpAddress& address,
                              const MacAddress& mac, Evidence evidence);
  // A Neighbour Advertisement of `address` came: RFC 4861 7.2.5.
  AdvertisementEffect on_advertisement(Context& ctx, InterfaceId interface,
                                       const IpAddress& address, const Advertisement& says);
  // A message of neighbour discovery other than an advertisement carried the link-layer address of
  // `address`: RFC 4861 7.2.3, 6.3.4, 8.3. Returns the packets that waited for it; the caller owns
  // them now.
  mem::PacketQueue on_link_layer_option(Context& ctx, InterfaceId interface,
                                        const IpAddress& address, const MacAddress& mac);
  // A higher layer knows that what is sent to `address` arrives: it is REACHABLE as of now, without
  // being asked (RFC 4861 7.3.1). No effect while its link-layer address is unknown.
  void confirm(Context& ctx, InterfaceId interface, const IpAddress& address);
  // The timer of entry `index` is due. Returns whom to solicit, if anyone.
  std::optional<Solicitation> on_timer(Context& ctx, mem::Index index);
  // Who has not answered, if the entry `index` is UNREACHABLE or FAILED.
  struct Neighbour {
    InterfaceId interface;
    IpAddress address;
  };
  std::optional<Neighbour> unanswering(mem::Index index) const;
  // Gives a neighbour a link-layer address by hand, in state kPermanent, kReachable or kStale.
  // Returns the packets that waited for it; the caller owns them now. Errors: kInvalid (another
  // state), kNoBuffers (as many permanent ones as may be: half of those that may be known).
  Result<mem::PacketQueue> set(Context& ctx, InterfaceId interface, const IpAddress& address,
                               const MacAddress& mac, NeighbourState state);
  // Forgets one and drops what waits for it. Errors: kNoEntry.
  Status forget(Context& ctx, InterfaceId interface, const IpAddress& address);
  // The entry at position `n` or the next one behind it, which `n` is then the position behind; for
  // lists that begin with 0. False: there is none. In a state as of state().
  bool next(mem::Index& n, Instant now, NeighbourInfo& info) const;
  // Forgets all neighbours on `interface` and drops what waits for them.
  void flush(Context& ctx, InterfaceId interface);
  // A packet whose resolution failed; empty when there is none (left).
  mem::PacketPtr take_unresolved(Context& ctx) { return ctx.memory.pop(unresolved_); }

  // For IPv6 neighbours on `interface` from now on.
  void set_timing(InterfaceId interface, const NeighbourTiming& timing);

  // The state at `now`: expired entries count as what they have become.
  NeighbourState state(InterfaceId interface, const IpAddress& address, Instant now) const;
  size_t used() const { return entries_.used(); }
  // Whether a packet waits for a neighbour that was asked for once: likely it goes out soon. One
  // that has let a question go by may not be there.
  bool expects_first_answer() const;

 private:
  struct Entry {
    IpAddress address;
    InterfaceId interface;
    NeighbourState state = NeighbourState::kNone;
    uint8_t probes_sent = 0;
    uint8_t uses = 0;  // packets to it since it is asked, questions by unicast included
    MacAddress mac;
    IpAddress asker;                  // source of the packet that first needed it
    mem::Index next = mem::kNoIndex;  // in its bucket
    mem::ListLinks order;             // in the list that its state says, see list_of()
    Instant state_since;              // REACHABLE: last confirmation
    Instant used_at;
    mem::PacketQueue queue;

    bool has_mac() const;
  };

  static bool is_forgotten(const Entry& entry, Instant now);
  NeighbourTiming timing_of(const Entry& entry) const;
  bool has_aged(const Entry& entry, Instant now) const;
  NeighbourState state_of(const Entry& entry, Instant now) const;
  size_t permanent_count() const;
  size_t bucket(InterfaceId interface, const IpAddress& address) const;
  mem::Index find(InterfaceId interface, const IpAddress& address) const;
  mem::Index find_fresh(Context& ctx, InterfaceId interface, const IpAddress& address);
  mem::Index add(InterfaceId interface, const IpAddress& address);
  void make_room_to_know(Context& ctx);
  bool make_room_to_resolve(Context& ctx);
  void evict(Context& ctx, mem::Index index);
  void remove(Context& ctx, mem::Index index);
  mem::List* list_of(const Entry& entry);
  void unlink_order(mem::Index index);
  void touch(mem::Index index, Instant now);
  void enter(Context& ctx, mem::Index index, NeighbourState state);
  void fail(Context& ctx, mem::Index index);
  bool may_go_on_asking(Context& ctx, mem::Index index);
  bool become_unreachable(Context& ctx, mem::Index index);
  void doubt(Context& ctx, mem::Index index);
  bool advertise_known(Context& ctx, mem::Index index, const Advertisement& says);
  void set_mac(Context& ctx, mem::Index index, const MacAddress& mac, NeighbourState state);
  mem::PacketQueue resolve(Context& ctx, mem::Index index, const MacAddress& mac,
                           NeighbourState state);
  Solicitation solicitation(mem::Index index) const;

  static constexpr size_t kBuckets = std::bit_ceil(kConfig.neighbours);

  SecretKey hash_key_;
  std::array<NeighbourTiming, kConfig.interfaces> timing_{};
  mem::Pool<Entry, kConfig.neighbours, struct NeighbourTag> entries_;
  std::array<mem::Index, kBuckets> buckets_;
  // Whoever is first in a list gives way first.
  mem::List known_;      // has_mac(): by last use
  mem::List resolving_;  // FAILED, then INCOMPLETE by the time they were first asked
  mem::PacketQueue unresolved_;
};

}  // namespace tapstack::link
