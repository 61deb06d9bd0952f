#include "net/reassembly.h"

#include <utility>

#include "net/family.h"

namespace tapstack::net {
namespace {

constexpr uint32_t kDatagramBytesMax = 65535;  // header and payload, RFC 791 3.1
constexpr uint32_t kIp6HeaderBytes = 40;
constexpr uint32_t kIp6FragmentBytes = 8;

constexpr uint8_t kEcnNotEct = 0;  // codepoints of RFC 3168 5
constexpr uint8_t kEcnCe = 3;
constexpr uint8_t kEcnMask = 3;

timer::TimerId timer_of(mem::Index index) {
  return timer::make(timer::TimerKind::kReassembly, index);
}

Duration timeout_for(const ReassemblyKey& key) {
  return Duration::ms(is_ip6(key.source) ? kConfig.reassembly_timeout_ip6_ms
                                         : kConfig.reassembly_timeout_ms);
}

void count_failure(Context& ctx, const ReassemblyKey& key) {
  ctx.counters.count(mib_of(key.source, Mib::kIpReasmFails, Mib::kIp6ReasmFails));
}

// A fragment that is held: PacketInfo::flags is where it begins, in units of 8 bytes.
uint32_t begin_of(const mem::Packet& fragment) { return uint32_t{fragment.info.flags} * 8; }

uint32_t payload_bytes(const mem::Packet& fragment) {
  return fragment.size() - fragment.info.ip_header_bytes;
}

uint32_t end_of(const mem::Packet& fragment) {
  return begin_of(fragment) + payload_bytes(fragment);
}

}  // namespace

mem::PacketPtr Reassembly::add(Context& ctx, const ReassemblyKey& key, const FragmentRange& range,
                               mem::PacketPtr fragment) {
  ctx.counters.count(mib_of(key.source, Mib::kIpReasmReqds, Mib::kIp6ReasmReqds));
  const uint32_t begin = range.offset_bytes;
  const uint32_t end = begin + payload_bytes(*fragment);
  // RFC 791 3.2: all but the last are multiples of 8 bytes; an empty one says nothing.
  if (begin == end || (range.more && end % 8 != 0)) {
    ctx.drop(DropReason::kIpBadFragment);
    return {};
  }
  // RFC 8200 3: IPv6's length counts neither its header nor, once it is whole, a Fragment header.
  const uint32_t uncounted = is_ip6(key.source) ? kIp6HeaderBytes + kIp6FragmentBytes : 0;
  if (fragment->info.ip_header_bytes + end > kDatagramBytesMax + uncounted) {
    ctx.drop(DropReason::kReassemblyTooLong);
    return {};
  }
  mem::Index index = find(key);
  if (index == mem::kNoIndex) index = open(ctx, key);
  Datagram& datagram = datagrams_.at(index);
  if (datagram.is_refused) {
    ctx.drop(DropReason::kReassemblyOverlap);
    return {};
  }
  mem::Index after = mem::kNoIndex;
  Fit fit = place(ctx, datagram, begin, end, after);
  if (fit == Fit::kDuplicate) {
    ctx.drop(DropReason::kReassemblyDuplicate);
    return {};
  }
  const bool is_last_known = datagram.total_bytes != 0;
  const bool is_beyond =
      is_last_known && (end > datagram.total_bytes || (!range.more && end != datagram.total_bytes));
  const bool is_short = !range.more && datagram.tail != mem::kNoIndex &&
                        end_of(ctx.memory.packet(datagram.tail)) > end;
  if (fit == Fit::kFits && (is_beyond || is_short)) fit = Fit::kInconsistent;
  if (fit != Fit::kFits) {
    ctx.drop(fit == Fit::kOverlap ? DropReason::kReassemblyOverlap
                                  : DropReason::kReassemblyInconsistent);
    if (fit == Fit::kOverlap)
      ctx.counters.count(mib_of(key.source, Mib::kIpReasmOverlaps, Mib::kIp6ReasmOverlaps));
    refuse(ctx, index);
    return {};
  }
  if (datagram.fragments >= kConfig.reassembly_fragments_max) {
    ctx.drop(DropReason::kReassemblyTooManyFragments);
    refuse(ctx, index);
    return {};
  }
  if (!make_room(ctx, index, fragment->chain.slices)) {
    ctx.drop(DropReason::kReassemblyNoMemory);
    refuse(ctx, index);
    return {};
  }
  if (!range.more) datagram.total_bytes = end;
  fragment->info.flags = static_cast<uint16_t>(begin / 8);
  insert(ctx, index, after, std::move(fragment));
  return datagram.bytes == datagram.total_bytes ? assemble(ctx, index) : mem::PacketPtr();
}

mem::PacketPtr Reassembly::on_timer(Context& ctx, mem::Index index) {
  Datagram& datagram = datagrams_.at(index);
  mem::PacketPtr first;
  if (!datagram.is_refused) {
    const IpAddress& from = datagram.key.source;
    ctx.counters.count(mib_of(from, Mib::kIpReasmTimeout, Mib::kIp6ReasmTimeout));
    count_failure(ctx, datagram.key);
    ctx.drop(DropReason::kReassemblyTimeout);
    if (datagram.head != mem::kNoIndex && begin_of(ctx.memory.packet(datagram.head)) == 0) {
      first = ctx.memory.adopt(datagram.head);
      datagram.head = first->next;
      first->next = mem::kNoIndex;
    }
  }
  close(ctx, index);
  return first;
}

void Reassembly::flush(Context& ctx, InterfaceId interface) {
  for (mem::Index i = datagrams_.next_live(0); i != mem::kNoIndex;
       i = datagrams_.next_live(i + 1)) {
    if (datagrams_.at(i).key.interface == interface) close(ctx, i);
  }
}

mem::Index Reassembly::find(const ReassemblyKey& key) const {
  mem::Index i = newest_;
  while (i != mem::kNoIndex && datagrams_.at(i).key != key) i = datagrams_.at(i).older;
  return i;
}

mem::Index Reassembly::open(Context& ctx, const ReassemblyKey& key) {
  if (datagrams_.used() == datagrams_.capacity()) {
    ctx.drop(DropReason::kReassemblyEvicted);
    count_failure(ctx, datagrams_.at(oldest_).key);
    close(ctx, oldest_);
  }
  const mem::Index index = datagrams_.allocate().index;
  Datagram& datagram = datagrams_.at(index);
  datagram.key = key;
  datagram.older = newest_;
  if (newest_ != mem::kNoIndex) datagrams_.at(newest_).newer = index;
  newest_ = index;
  if (oldest_ == mem::kNoIndex) oldest_ = index;
  ctx.timers.arm(timer_of(index), ctx.now + timeout_for(key));
  return index;
}

// Evicts older datagrams until `blocks` more may be held; false when only `keep` is left.
bool Reassembly::make_room(Context& ctx, mem::Index keep, uint32_t blocks) {
  while (blocks_held_ + blocks > kConfig.reassembly_blocks_max) {
    const mem::Index victim = oldest_ != keep ? oldest_ : datagrams_.at(oldest_).newer;
    if (victim == mem::kNoIndex) return false;
    ctx.drop(DropReason::kReassemblyEvicted);
    count_failure(ctx, datagrams_.at(victim).key);
    close(ctx, victim);
  }
  return true;
}

// Finds the fragment after which [begin, end) belongs (kNoIndex: it is the first one).
Reassembly::Fit Reassembly::place(Context& ctx, Datagram& datagram, uint32_t begin, uint32_t end,
                                  mem::Index& after) const {
  after = mem::kNoIndex;
  if (datagram.tail != mem::kNoIndex && end_of(ctx.memory.packet(datagram.tail)) <= begin) {
    after = datagram.tail;  // in order, as fragments mostly come
    return Fit::kFits;
  }
  for (mem::Index i = datagram.head; i != mem::kNoIndex; i = ctx.memory.packet(i).next) {
    const mem::Packet& held = ctx.memory.packet(i);
    if (begin_of(held) == begin && end_of(held) == end) return Fit::kDuplicate;
    if (begin_of(held) >= end) break;
    if (end_of(held) > begin) return Fit::kOverlap;
    after = i;
  }
  return Fit::kFits;
}

void Reassembly::insert(Context& ctx, mem::Index index, mem::Index after, mem::PacketPtr fragment) {
  Datagram& datagram = datagrams_.at(index);
  datagram.bytes += payload_bytes(*fragment);
  datagram.blocks += fragment->chain.slices;
  blocks_held_ += fragment->chain.slices;
  ++datagram.fragments;
  datagram.ecn_seen |= static_cast<uint8_t>(1u << (fragment->info.tos & kEcnMask));
  mem::Index& link = after == mem::kNoIndex ? datagram.head : ctx.memory.packet(after).next;
  fragment->next = link;
  link = fragment.release();
  if (datagram.tail == after) datagram.tail = link;
}

// All fragments are there: joins them to one packet.
mem::PacketPtr Reassembly::assemble(Context& ctx, mem::Index index) {
  Datagram& datagram = datagrams_.at(index);
  const uint8_t ecn_seen = datagram.ecn_seen;
  const ReassemblyKey key = datagram.key;
  mem::PacketPtr whole = ctx.memory.adopt(datagram.head);
  mem::Index next = whole->next;
  whole->next = mem::kNoIndex;
  datagram.head = mem::kNoIndex;
  bool is_joined = true;
  while (next != mem::kNoIndex) {
    mem::PacketPtr fragment = ctx.memory.adopt(next);
    next = fragment->next;
    fragment->next = mem::kNoIndex;
    ctx.memory.trim_front(*fragment, fragment->info.ip_header_bytes);
    is_joined = is_joined && ctx.memory.flatten_header(*fragment, mem::Priority::kControl);
    if (is_joined) ctx.memory.append_chain(whole->chain, fragment->chain);
  }
  close(ctx, index);
  const bool has_ce = (ecn_seen & (1u << kEcnCe)) != 0;
  if (!is_joined || (has_ce && (ecn_seen & (1u << kEcnNotEct)) != 0)) {
    // RFC 3168 5.3: CE together with Not-ECT cannot be, the datagram is dropped.
    ctx.drop(is_joined ? DropReason::kReassemblyInconsistent : DropReason::kReassemblyNoMemory);
    count_failure(ctx, key);
    return {};
  }
  if (has_ce) whole->info.tos |= kEcnCe;
  whole->info.flags = 0;
  whole->info.was_fragmented = true;
  whole->info.offload = {};
  ctx.counters.count(mib_of(key.source, Mib::kIpReasmOKs, Mib::kIp6ReasmOKs));
  return whole;
}

void Reassembly::refuse(Context& ctx, mem::Index index) {
  Datagram& datagram = datagrams_.at(index);
  count_failure(ctx, datagram.key);
  drop_fragments(ctx, datagram);
  datagram.is_refused = true;
}

void Reassembly::drop_fragments(Context& ctx, Datagram& datagram) {
  while (datagram.head != mem::kNoIndex) {
    const mem::Index fragment = datagram.head;
    datagram.head = ctx.memory.packet(fragment).next;
    ctx.memory.free_packet(fragment);
  }
  datagram.tail = mem::kNoIndex;
  blocks_held_ -= datagram.blocks;
  datagram.blocks = 0;
}

void Reassembly::close(Context& ctx, mem::Index index) {
  Datagram& datagram = datagrams_.at(index);
  drop_fragments(ctx, datagram);
  ctx.timers.disarm(timer_of(index));
  if (datagram.newer != mem::kNoIndex) datagrams_.at(datagram.newer).older = datagram.older;
  if (datagram.older != mem::kNoIndex) datagrams_.at(datagram.older).newer = datagram.newer;
  if (newest_ == index) newest_ = datagram.older;
  if (oldest_ == index) oldest_ = datagram.newer;
  datagrams_.release_at(index);
}

}  // namespace tapstack::net
