#include "tests/sequences/sequence.h"

#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace tapstack::sequences {
namespace {

using nlohmann::json;

constexpr size_t kEthernetHeaderBytes = 14;
constexpr size_t kHexDigitsOfByte = 2;

constexpr std::array kOps = {
    std::pair{"INJECT", Op::kInject},
    std::pair{"CHECK", Op::kCheck},
    std::pair{"N_CHECK", Op::kNothing},
    std::pair{"WAIT", Op::kWait},
    std::pair{"DUMP", Op::kDump},
    std::pair{"CLEANUP", Op::kCleanup},
    std::pair{"CLEAN_HOP_LIMIT", Op::kDefaultHopLimit},
    std::pair{"CHECK_V6REQUEST", Op::kRequest},
    std::pair{"REBOOT", Op::kReboot},
};

constexpr std::array kKinds = {
    std::pair{"ANY", PacketKind::kAny},
    std::pair{"RS", PacketKind::kRouterSolicitation},
    std::pair{"NS", PacketKind::kNeighbourSolicitation},
    std::pair{"NA", PacketKind::kNeighbourAdvertisement},
    std::pair{"ER", PacketKind::kEchoReply},
};

template <typename Value, size_t kCount>
Value find_name(const std::array<std::pair<const char*, Value>, kCount>& names,
                const std::string& name, const char* what) {
  for (const auto& [known, value] : names) {
    if (name == known) return value;
  }
  throw FormatError(std::string("unknown ") + what + " '" + name + "'");
}

bool has_frame(Op op) { return op == Op::kInject || op == Op::kCheck || op == Op::kRequest; }
bool has_seconds(Op op) { return op == Op::kCheck || op == Op::kNothing || op == Op::kWait; }

ByteString parse_hex(const std::string& text) {
  if (text.size() % kHexDigitsOfByte != 0) throw FormatError("a frame of half octets");
  ByteString bytes;
  for (size_t i = 0; i < text.size(); i += kHexDigitsOfByte) {
    const std::string octet = text.substr(i, kHexDigitsOfByte);
    if (octet.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
      throw FormatError("a frame with '" + octet + "' in it");
    }
    bytes.push_back(static_cast<uint8_t>(std::stoul(octet, nullptr, 16)));
  }
  if (bytes.size() <= kEthernetHeaderBytes) throw FormatError("a frame without a packet");
  return bytes;
}

Step parse_step(const json& from) {
  Step step;
  step.op = find_name(kOps, from.at("op").get<std::string>(), "op");
  if (has_frame(step.op)) step.frame = parse_hex(from.at("frame").get<std::string>());
  if (has_seconds(step.op)) step.seconds = from.at("seconds").get<int64_t>();
  if (step.seconds < 0) throw FormatError("seconds below 0");
  if (from.contains("kind")) {
    step.kind = find_name(kKinds, from.at("kind").get<std::string>(), "kind");
  }
  return step;
}

Sequence parse_sequence(const json& from) {
  Sequence sequence;
  sequence.name = from.at("name").get<std::string>();
  sequence.group = from.value("group", "");
  for (const json& step : from.at("steps")) {
    try {
      sequence.steps.push_back(parse_step(step));
    } catch (const std::runtime_error& error) {
      throw FormatError(sequence.name + ", step " + std::to_string(sequence.steps.size() + 1) +
                        ": " + error.what());
    }
  }
  return sequence;
}

}  // namespace

std::vector<Sequence> parse_sequences(const std::string& text) {
  std::vector<Sequence> sequences;
  try {
    for (const json& one : json::parse(text)) sequences.push_back(parse_sequence(one));
  } catch (const json::exception& error) {
    throw FormatError(error.what());
  }
  return sequences;
}

std::vector<Sequence> load_sequences(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw FormatError("cannot be read");
  return parse_sequences({std::istreambuf_iterator<char>(file), {}});
}

const char* name_of(Op op) {
  for (const auto& [name, value] : kOps) {
    if (value == op) return name;
  }
  return "?";
}

}  // namespace tapstack::sequences
