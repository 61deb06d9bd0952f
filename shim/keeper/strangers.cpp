#include "shim/keeper/strangers.h"

#include <algorithm>

#include "shim/common/rendezvous.h"

namespace tapstack::shim {
namespace {

constexpr size_t kUnprovenMax = 64;
// Sockets that one client may have shown; beyond that the oldest is to be shown again.
constexpr size_t kSocketsMax = 4096;

bool is_about_a_socket(Op op) {
  switch (op) {
    case Op::kHello:
    case Op::kOpen:
    case Op::kSource:
    case Op::kInterface:
    case Op::kNameServers:
    case Op::kCounters:
    case Op::kSockets:
    case Op::kPairInodes:
    case Op::kTurn:
    case Op::kTakeHangUps:
      return false;
    default:
      return true;
  }
}

}  // namespace

bool Strangers::admit(int channel) {
  if (unproven() >= kUnprovenMax) return false;
  sockets_[channel];
  return true;
}

size_t Strangers::unproven() const {
  return static_cast<size_t>(
      std::ranges::count_if(sockets_, [](const auto& entry) { return entry.second.empty(); }));
}

// Anyone can give an end of a pair any name in a network namespace of his own: the pair has to be
// one that this user, or root, has made (unix(7), SO_PEERCRED).
bool Strangers::take_proof(int channel, int handle, const EngineToken& engine) {
  const std::optional<Identity> identity = identity_of(handle);
  if (!identity || identity->token != engine || !is_same_user(handle)) return false;
  grant(channel, identity->slot);
  return true;
}

bool Strangers::may_ask(int channel, const Request& request) const {
  const std::vector<SlotId>& own = sockets_.at(channel);
  return !is_about_a_socket(request.op) || std::ranges::find(own, request.slot) != own.end();
}

void Strangers::grant(int channel, SlotId slot) {
  std::vector<SlotId>& own = sockets_.at(channel);
  if (std::ranges::find(own, slot) != own.end()) return;
  if (own.size() == kSocketsMax) own.erase(own.begin());
  own.push_back(slot);
}

}  // namespace tapstack::shim
