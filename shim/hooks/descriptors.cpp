#include "shim/hooks/descriptors.h"

#include <sys/socket.h>

#include <atomic>

#include "shim/common/identity.h"
#include "shim/common/option_table.h"
#include "shim/common/sys.h"
#include "shim/hooks/ask.h"

namespace tapstack::shim::descriptors {
namespace {

// fs.nr_open's default: no process has a higher descriptor unless root raised that. Those are
// looked up by name at every call. Cost: 8 bytes each, resident only where used.
constexpr unsigned kTableSize = 1u << 20;
// More than the sockets of any profile; slots beyond share an entry, which then says kUnknown.
constexpr unsigned kSlotTableSize = 1u << 16;

// A word: state in the three highest bits, slot in the next 29, generation in the low 32.
enum State : uint64_t {
  kUnknownState,
  kNotOurs,
  kDatagram4,
  kStream4,
  kDatagram6,
  kStream6,
  kNetlink,
  kPacket
};
constexpr unsigned kStateShift = 61;
constexpr uint32_t kSlotMask = 0x1fffffff;
static_assert(kConfig.sockets <= kSlotMask);

// An atomic without a constructor: arrays of it are zero from the start, in pages that are resident
// only once written. (Clang refuses to evaluate a million constructors of std::atomic.)
struct Word {
  alignas(8) uint64_t value;

  uint64_t load(std::memory_order order) const {
    return std::atomic_ref<uint64_t>(const_cast<uint64_t&>(value)).load(order);
  }
  void store(uint64_t next, std::memory_order order) {
    std::atomic_ref<uint64_t>(value).store(next, order);
  }
  void replace(uint64_t before, uint64_t next) {  // unless it changed meanwhile
    std::atomic_ref<uint64_t>(value).compare_exchange_strong(before, next);
  }
};

Word table[kTableSize];
constinit std::atomic<unsigned> used_end{0};  // entries from here on were never written
// Of each socket, its generation in the high half: the phase; the wanted bits, plus one when known.
Word phases[kSlotTableSize];  // phase, kEndSeen, kCopied, and the exposures seen
Word wanteds[kSlotTableSize];

uint64_t pack(State state, SlotId id) {
  return state << kStateShift | uint64_t{id.slot & kSlotMask} << 32 | id.generation;
}

uint64_t pack(const Handle& handle) {
  const State state = handle.is_ip6 ? (handle.is_stream ? kStream6 : kDatagram6)
                                    : (handle.is_stream ? kStream4 : kDatagram4);
  return pack(handle.is_netlink ? kNetlink : handle.is_packet ? kPacket : state, handle.id);
}

State state_of(uint64_t word) { return static_cast<State>(word >> kStateShift); }

bool unpack(uint64_t word, Handle& handle) {
  const State state = state_of(word);
  handle.id.slot = static_cast<uint32_t>(word >> 32) & kSlotMask;
  handle.id.generation = static_cast<uint32_t>(word);
  handle.is_stream = state == kStream4 || state == kStream6;
  handle.is_ip6 = state == kDatagram6 || state == kStream6;
  handle.is_netlink = state == kNetlink;
  handle.is_packet = state == kPacket;
  return state >= kDatagram4;
}

Word* entry(int fd) {
  return fd >= 0 && static_cast<unsigned>(fd) < kTableSize ? &table[fd] : nullptr;
}

void mark_used(const Word* at) {
  const unsigned end = static_cast<unsigned>(at - table) + 1;
  unsigned seen = used_end.load(std::memory_order_relaxed);
  while (seen < end && !used_end.compare_exchange_weak(seen, end)) {
  }
}

void store(Word* at, uint64_t word) {
  mark_used(at);
  at->store(word, std::memory_order_release);
}

// What was looked up must not overwrite what another thread knows better by now.
void store_if_still(Word* at, uint64_t before, uint64_t word) {
  mark_used(at);
  at->replace(before, word);
}

constexpr uint32_t kPhaseMask = 0x1f;
constexpr uint32_t kEndSeen = 0x20;
constexpr uint32_t kMade = 0x40;  // by this process: a word that is not 0 whatever the phase
constexpr uint32_t kCopied = 0x80;
constexpr unsigned kExposureShift = 8;
constinit std::atomic<uint32_t> exposures{0};
constinit std::atomic<pid_t> own_pid{0};
constinit std::atomic<bool> is_any_reporting{false};

uint32_t exposure_bits() { return exposures.load(std::memory_order_acquire) << kExposureShift; }

using SlotWords = Word[kSlotTableSize];

// The word kept for a socket, 0 if none is.
uint32_t recall(const SlotWords& words, SlotId id) {
  const uint64_t word = words[id.slot % kSlotTableSize].load(std::memory_order_acquire);
  return word >> 32 == id.generation ? static_cast<uint32_t>(word) : 0;
}

void remember(SlotWords& words, SlotId id, uint32_t word) {
  words[id.slot % kSlotTableSize].store(uint64_t{id.generation} << 32 | word,
                                        std::memory_order_release);
}

// `phase`, of a socket that wants what `wanted` says.
uint32_t phase_bits(Phase phase, uint32_t wanted) {
  const bool reports = is_connected(phase) && (wanted & Wanted::kSendNotices) != 0;
  if (reports) is_any_reporting.store(true, std::memory_order_release);
  if (reports) return static_cast<uint32_t>(Phase::kReporting);
  return static_cast<uint32_t>(is_connected(phase) ? Phase::kConnected : phase);
}

// What the kernel says about `fd`.
uint64_t look_up(int fd) {
  Identity identity;
  if (!identify(fd, identity)) return pack(kNotOurs, SlotId{0, 0});
  return pack(Handle{identity.slot, identity.is_stream, identity.is_ip6, identity.is_netlink,
                     identity.is_packet});
}

}  // namespace

bool hinted(int fd, Handle& handle) {
  if (sys::Passthrough::is_on() || fd < 0) return false;
  Word* at = entry(fd);
  uint64_t word = at != nullptr ? at->load(std::memory_order_acquire) : 0;
  if (state_of(word) == kUnknownState) {
    word = look_up(fd);
    if (at != nullptr) store_if_still(at, 0, word);
  }
  return unpack(word, handle);
}

bool verified(int fd, Handle& handle) {
  if (sys::Passthrough::is_on() || fd < 0) return false;
  Word* at = entry(fd);
  const uint64_t before = at != nullptr ? at->load(std::memory_order_acquire) : 0;
  if (state_of(before) == kNotOurs) return false;
  const uint64_t word = look_up(fd);
  if (at != nullptr && word != before) store_if_still(at, before, word);
  return unpack(word, handle);
}

void add(int fd, const Handle& handle) {
  if (Word* at = entry(fd)) store(at, pack(handle));
}

void forget(int fd) {
  Word* at = entry(fd);
  // Reading first keeps pages of the table that were never used out of memory.
  if (at != nullptr && at->load(std::memory_order_relaxed) != 0) {
    at->store(0, std::memory_order_release);
  }
}

void forget_range(unsigned first, unsigned last) {
  const unsigned end = used_end.load(std::memory_order_acquire);
  for (unsigned fd = first; fd < end && fd <= last; ++fd) forget(static_cast<int>(fd));
}

void copied(int fd, int copy) {
  const Word* from = entry(fd);
  Word* to = entry(copy);
  const uint64_t word = from != nullptr ? from->load(std::memory_order_acquire) : 0;
  if (to != nullptr && (word != 0 || to->load(std::memory_order_relaxed) != 0)) store(to, word);
  Handle handle;
  if (unpack(word, handle)) has_copies(handle.id);
}

int next_handle(unsigned first, unsigned last) {
  const unsigned end = used_end.load(std::memory_order_acquire);
  for (unsigned fd = first; fd < end && fd <= last; ++fd) {
    if (state_of(table[fd].load(std::memory_order_acquire)) >= kDatagram4)
      return static_cast<int>(fd);
  }
  return -1;
}

void created(SlotId id, Phase phase, uint32_t wanted) {
  remember(wanteds, id, wanted + 1);
  remember(phases, id, phase_bits(phase, wanted) | kMade | exposure_bits());
}

Phase phase(SlotId id) { return static_cast<Phase>(recall(phases, id) & kPhaseMask); }

void set_phase(SlotId id, Phase phase) {
  const uint32_t known = recall(phases, id);
  // A socket that was not created here may have descriptors elsewhere.
  const uint32_t rest = known != 0 ? known & ~(kPhaseMask | kEndSeen) : kCopied;
  const uint32_t wants = is_connected(phase) ? wanted(id) : 0;
  remember(phases, id, phase_bits(phase, wants) | rest);
}

void saw_end(SlotId id) {
  const uint32_t known = recall(phases, id);
  if (is_connected(static_cast<Phase>(known & kPhaseMask))) remember(phases, id, known | kEndSeen);
}

bool has_seen_end(SlotId id) { return (recall(phases, id) & kEndSeen) != 0; }

bool may_have_copies(SlotId id) {
  const uint32_t known = recall(phases, id);
  return known == 0 || (known & kCopied) != 0 ||
         (known & ~(kPhaseMask | kEndSeen | kMade | kCopied)) != exposure_bits();
}

void has_copies(SlotId id) { remember(phases, id, recall(phases, id) | kCopied); }

bool has_reporting() { return is_any_reporting.load(std::memory_order_acquire); }

void all_exposed() { exposures.fetch_add(1, std::memory_order_acq_rel); }

bool is_exposed() { return exposures.load(std::memory_order_acquire) != 0; }

bool is_own_process() {
  const auto pid = static_cast<pid_t>(sys::call(SYS_getpid));
  pid_t owner = own_pid.load(std::memory_order_acquire);
  if (owner == 0 && own_pid.compare_exchange_strong(owner, pid)) return true;
  return owner == pid;
}

void became_child() {
  own_pid.store(static_cast<pid_t>(sys::call(SYS_getpid)), std::memory_order_release);
}

uint32_t wanted(SlotId id) {
  const uint32_t known = recall(wanteds, id);
  if (known != 0) return known - 1;
  SlotStatus status;
  if (!ask::status(id, status)) return 0;
  remember(wanteds, id, status.wanted + 1);
  return status.wanted;
}

int set_wanted(SlotId id, uint32_t bits) {
  Request request = ask::about(Op::kSetWanted, id);
  request.args[0] = bits;
  Reply reply;
  const int error = ask::call(request, reply);
  if (error != 0) return error;
  remember(wanteds, id, bits + 1);
  if (is_connected(phase(id))) set_phase(id, Phase::kConnected);
  return 0;
}

}  // namespace tapstack::shim::descriptors
