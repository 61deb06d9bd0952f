// Recorded frame sequences: what is put on the node's link and what must come back, as a file of
// JSON has it: [{"name", "group", "steps": [{"op", "frame", "seconds", "kind"}, ...]}, ...].
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace tapstack::sequences {

using ByteString = std::vector<uint8_t>;

enum class Op : uint8_t {
  kInject,           // INJECT: the frame comes in
  kCheck,            // CHECK: the frame's packet leaves within `seconds`; others before it may
  kNothing,          // N_CHECK: nothing leaves within `seconds`
  kWait,             // WAIT: what leaves meanwhile is kept for later checks
  kDump,             // DUMP: forgets what left
  kCleanup,          // CLEANUP: the judged part ends; what follows only calms the node down
  kDefaultHopLimit,  // CLEAN_HOP_LIMIT: forgets the hop limit that routers advertised
  kRequest,          // CHECK_V6REQUEST: a program on the node sends this packet, and it leaves
  kReboot,           // REBOOT: the node starts again
};

// What N_CHECK looks for, where the file says it ("kind": "NS" ...); otherwise anything.
enum class PacketKind : uint8_t {
  kAny,
  kRouterSolicitation,
  kNeighbourSolicitation,
  kNeighbourAdvertisement,
  kEchoReply,
};

struct Step {
  Op op = Op::kDump;
  ByteString frame;  // with its Ethernet header
  int64_t seconds = 0;
  PacketKind kind = PacketKind::kAny;
};

struct Sequence {
  std::string name, group;
  std::vector<Step> steps;
};

// The file cannot be read, or is not of this form; what() says where.
class FormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::vector<Sequence> load_sequences(const std::filesystem::path& path);
std::vector<Sequence> parse_sequences(const std::string& text);
// "INJECT" and so on, as in the file.
const char* name_of(Op op);

}  // namespace tapstack::sequences
