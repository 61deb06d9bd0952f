#include "tests/sim/scenario.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "tests/sim/datagrams.h"
#include "tests/sim/stream.h"
#include "tests/sim/world.h"

namespace tapstack::sim {
namespace {

constexpr Duration kLimit = Duration::s(4 * 3600);  // of virtual time
// Under 10 % loss in both directions a handshake fails with a chance of 1 in 10^5; more than one of
// these in a run is no accident.
constexpr int kTimeOutsMax = 1;

// A datagram that fits the smallest MTU chosen below, headers included.
constexpr size_t kUnfragmentedBytes = 500;
constexpr uint32_t kIp6MtuMin = 1280;  // RFC 8200 5

LinkSettings choose_link(Dice& dice) {
  LinkSettings link;
  link.delay = Duration::us(
      static_cast<int64_t>(dice.below(4) == 0 ? dice.below(100'000) : dice.below(5'000)));
  if (dice.chance(0.25)) return link;  // a perfect wire
  if (dice.chance(0.5)) link.jitter = Duration::us(static_cast<int64_t>(dice.below(20'000)));
  if (dice.chance(0.7)) link.loss = 0.01 * static_cast<double>(dice.between(1, 10));
  if (dice.chance(0.3)) link.duplicate = 0.01 * static_cast<double>(dice.between(1, 5));
  if (dice.chance(0.3)) link.corrupt = 0.005 * static_cast<double>(dice.between(1, 5));
  return link;
}

// Seeds alternate between the families; with IPv4 every other one uses sockets of both.
void choose_family(uint64_t seed, WorldSettings& world) {
  world.family = seed % 2 == 0 ? Family::kIp4 : Family::kIp6;
  world.socket_family = seed % 4 == 0 ? Family::kIp4 : Family::kIp6;
}

WorldSettings choose_world(uint64_t seed, Dice& dice) {
  WorldSettings world;
  choose_family(seed, world);
  world.link = choose_link(dice);
  world.start = Instant::from_us(static_cast<int64_t>(dice.below(1'000'000'000)));
  const uint32_t mtus[] = {576, 1280, 1500, 1500, 1500, 9000};
  uint32_t mtu = mtus[dice.below(std::size(mtus))];
  if (world.family == Family::kIp6) mtu = std::max(mtu, kIp6MtuMin);
  // A device that completes checksums and cuts superframes does so before the wire damages
  // anything: here they stay as they are, so nothing may be damaged.
  const bool offload = world.link.corrupt == 0 && dice.chance(0.5);
  const int hosts = dice.chance(0.2) ? 3 : 2;
  for (int n = 0; n < hosts; ++n) {
    HostSettings host;
    host.number = n;
    host.family = world.family;
    host.mtu_bytes = mtu;
    host.can_checksum = offload;
    host.can_segment = offload && dice.chance(0.7);
    host.seed = dice.next();
    world.hosts.push_back(host);
  }
  world.move_chance = dice.chance(0.9) ? 0.01 : 0.0;
  if (dice.chance(0.2)) {
    world.hog_period = Duration::ms(static_cast<int64_t>(dice.between(100, 3000)));
    world.hog_length = Duration::ms(static_cast<int64_t>(dice.between(1, 2000)));
  }
  return world;
}

StreamPlan choose_plan(Dice& dice) {
  StreamPlan plan;
  const uint64_t sizes[] = {0, 1, 500, 3'000, 20'000, 100'000, 500'000};
  plan.bytes = dice.below(sizes[dice.below(std::size(sizes))] + 1);
  const size_t chunks[] = {1, 100, 1'460, 4'000, 30'000};
  plan.chunk_bytes = chunks[dice.below(std::size(chunks))];
  if (plan.chunk_bytes == 1) plan.bytes = std::min<uint64_t>(plan.bytes, 2'000);
  if (dice.chance(0.15) && plan.chunk_bytes > 1'000) {
    plan.read_pause = Duration::ms(static_cast<int64_t>(dice.between(1, 300)));
  }
  plan.in_place = dice.chance(0.3);
  plan.no_delay = dice.chance(0.3);
  if (dice.chance(0.05)) {
    plan.aborts = true;
    plan.abort_after = dice.below(5'000) + 1;
  }
  return plan;
}

std::vector<Conversation> choose_conversations(Dice& dice, const WorldSettings& world) {
  std::vector<Conversation> conversations;
  const uint64_t hosts = world.hosts.size();
  // Now and then more than there are connections.
  const uint64_t count = dice.chance(0.05) ? dice.between(30, 60) : dice.between(1, 10);
  const uint64_t spread_us = dice.chance(0.5) ? 1 : 3'000'000;
  for (uint64_t n = 0; n < count; ++n) {
    Conversation each;
    each.key = dice.next();
    each.client = static_cast<int>(dice.below(hosts));
    // One in ten talks to itself over loopback.
    each.server =
        dice.chance(0.1)
            ? each.client
            : static_cast<int>((static_cast<uint64_t>(each.client) + 1 + dice.below(hosts - 1)) %
                               hosts);
    each.is_crowded = count > kConfig.tcp_connections / 2;
    each.start = world.start + Duration::us(static_cast<int64_t>(dice.below(spread_us)));
    each.plans[kClient] = choose_plan(dice);
    each.plans[kServer] = choose_plan(dice);
    each.plans[kClient].bytes += kKeyBytes;
    conversations.push_back(each);
  }
  return conversations;
}

DatagramPlan choose_datagrams(Dice& dice, const WorldSettings& world, int number) {
  DatagramPlan plan;
  plan.key = dice.next();
  plan.from = static_cast<int>(dice.below(world.hosts.size()));
  plan.to = static_cast<int>(dice.below(world.hosts.size()));
  plan.port.value = static_cast<uint16_t>(7000 + number);
  plan.count = static_cast<int>(dice.between(1, 12));
  plan.bytes_max = dice.chance(0.3) ? 20'000 : 1'000;
  // Two flipped bits in two fragments may cancel out in the checksum of the whole; one never does.
  if (world.link.corrupt > 0) plan.bytes_max = kUnfragmentedBytes;
  plan.interval = Duration::ms(static_cast<int64_t>(dice.between(20, 300)));
  plan.start = world.start + Duration::ms(static_cast<int64_t>(dice.below(2'000)));
  return plan;
}

const char* name_of_family(const WorldSettings& world) {
  if (world.family == Family::kIp6) return "IPv6";
  return world.socket_family == Family::kIp6 ? "IPv4 by sockets of both families" : "IPv4";
}

std::string describe(const WorldSettings& world, size_t conversations) {
  char text[256];
  std::snprintf(
      text, sizeof text,
      "%zu hosts, %s, mtu %u%s%s, delay %lld us, jitter %lld us, loss %.2f, duplicates %.2f, "
      "damage %.3f, moves %.2f, hog %lld ms, %zu conversations",
      world.hosts.size(), name_of_family(world), world.hosts[0].mtu_bytes,
      world.hosts[0].can_checksum ? ", checksum offload" : "",
      world.hosts[0].can_segment ? ", segmentation offload" : "",
      static_cast<long long>(world.link.delay.us()), static_cast<long long>(world.link.jitter.us()),
      world.link.loss, world.link.duplicate, world.link.corrupt, world.move_chance,
      static_cast<long long>(world.hog_period.ms()), conversations);
  return text;
}

// What the ends of the conversations say after the run.
void judge(const std::vector<StreamEnd*>& ends, RunResult& result) {
  for (const StreamEnd* end : ends) {
    if (end->result() == StreamResult::kTimedOut) ++result.timed_out;
    if (end->result() == StreamResult::kUnreachable) ++result.unreachable;
    if (end->result() == StreamResult::kWrong && result.problem.empty()) {
      result.problem = "wrong: " + end->problem() + ": " + end->describe();
    }
  }
  if (result.timed_out > kTimeOutsMax && result.problem.empty()) {
    result.problem = std::to_string(result.timed_out) + " time-outs";
  }
}

template <class Flow>
void add_flow(World& world, const DatagramPlan& plan, std::vector<Flow*>& flows) {
  auto flow = std::make_unique<Flow>(world, plan);
  flows.push_back(flow.get());
  world.add(std::move(flow));
}

template <class Flow>
void judge_flows(const std::vector<Flow*>& flows, RunResult& result) {
  for (const Flow* flow : flows) {
    if (result.problem.empty()) result.problem = flow->verdict();
  }
}

}  // namespace

RunResult run_seed(uint64_t seed, const RunOptions& options) {
  Dice dice(seed);
  RunResult result;
  Trace trace;
  trace.print_to(options.trace);
  if (!options.capture.empty() && !trace.capture_to(options.capture)) {
    result.problem = "cannot write " + options.capture;
    return result;
  }
  const WorldSettings settings = choose_world(seed, dice);
  const std::vector<Conversation> conversations = choose_conversations(dice, settings);
  result.settings = describe(settings, conversations.size());
  result.conversations = static_cast<int>(conversations.size());

  World world(settings, dice.fork(), trace);
  std::vector<StreamEnd*> ends;
  std::vector<StreamListener*> listeners;
  for (int n = 0; n < world.hosts(); ++n) {
    auto listener = std::make_unique<StreamListener>(world, n, conversations);
    listeners.push_back(listener.get());
    world.add(std::move(listener));
  }
  for (const Conversation& conversation : conversations) {
    auto client = std::make_unique<StreamEnd>(world, conversation);
    ends.push_back(client.get());
    world.add(std::move(client));
  }
  std::vector<UdpFlow*> udp;
  std::vector<PingFlow*> ping;
  std::vector<RefusedFlow*> refused;
  for (uint64_t n = dice.below(4); n > 0; --n) {
    add_flow(world, choose_datagrams(dice, settings, static_cast<int>(n)), udp);
  }
  for (uint64_t n = dice.below(3); n > 0; --n) {
    add_flow(world, choose_datagrams(dice, settings, 0), ping);
  }
  if (dice.chance(0.3)) add_flow(world, choose_datagrams(dice, settings, 0), refused);

  result.problem = world.run(kLimit);
  result.hash = trace.hash();
  result.frames = trace.frames();
  for (const StreamListener* listener : listeners) {
    ends.insert(ends.end(), listener->ends().begin(), listener->ends().end());
  }
  judge(ends, result);
  judge_flows(udp, result);
  judge_flows(ping, result);
  judge_flows(refused, result);
  return result;
}

}  // namespace tapstack::sim
