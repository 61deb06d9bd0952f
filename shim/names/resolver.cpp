#include "shim/names/resolver.h"

#include <net/if.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "core/app/dns_cache.h"
#include "shim/common/log.h"
#include "shim/engine/clock.h"
#include "shim/hooks/ask.h"
#include "shim/names/exchange.h"
#include "shim/names/resolv_conf.h"
#include "shim/names/text_file.h"

namespace tapstack::shim::names {
namespace {

using app::DnsOutcome;
using wire::DnsName;
using wire::DnsQuestion;
using wire::DnsType;

constexpr uint16_t kEdnsPayloadBytes = 1232;  // what passes everywhere in one piece

constexpr size_t kCacheEntries = 256;

// Whose servers they are, to tell the user where they come from.
struct Resolver {
  ResolverSettings settings;
  bool is_of_file = false;  // the servers are those of /etc/resolv.conf
};

// What the engine was told, else what the file says, else the resolver of this stack (glibc's
// default).
Resolver current_resolver() {
  Resolver resolver{read_resolver_settings(if_nametoindex), true};
  NameServersRecord told;
  if (ask::name_servers(told) != 0) return resolver;
  std::string_view domains = told.search;
  std::vector<std::string> search;
  for (auto word = take_word(domains); !word.empty(); word = take_word(domains)) {
    search.emplace_back(word);
  }
  if (!search.empty()) resolver.settings.search = search;
  if (told.is_all || told.count != 0) {
    resolver.is_of_file = false;
    resolver.settings.servers.clear();
    for (size_t i = 0; i < told.count; ++i) {
      resolver.settings.servers.push_back({told.servers[i], wire::kDnsPort});
    }
  } else if (resolver.settings.servers.empty()) {
    resolver.settings.servers.push_back({Ip4Address::loopback(), wire::kDnsPort});
  }
  return resolver;
}

// After all servers were silent nobody waits for them as long again for a while (RFC 2308 7.2 lets
// resolvers remember it): programs ask again and again.
class Silence {
 public:
  void begin() { until_us_ = (clock_now() + kRemembered).us(); }
  void end() { until_us_ = 0; }
  bool is_remembered() const { return clock_now().us() < until_us_; }

 private:
  static constexpr Duration kRemembered = Duration::s(30);
  std::atomic<int64_t> until_us_{0};
};
constinit Silence silence;

app::DnsSettings exchange_settings(const ResolverSettings& settings) {
  static std::atomic<unsigned> turn{0};
  app::DnsSettings out;
  const size_t count = settings.servers.size();
  const size_t first = settings.rotates && count != 0 ? turn.fetch_add(1) % count : 0;
  for (size_t i = 0; i < count; ++i) out.servers.add(settings.servers[(first + i) % count]);
  const bool is_short = silence.is_remembered();
  out.attempts = static_cast<uint8_t>(is_short ? 1 : settings.attempts);
  out.timeout_s = static_cast<uint8_t>(is_short ? 1 : settings.timeout_s);
  out.uses_stream = settings.uses_stream;
  out.edns_payload_bytes = settings.has_edns ? kEdnsPayloadBytes : 0;
  out.asks_authentic = settings.trusts_ad;
  return out;
}

// The answers that this process keeps. Whoever finds it in use goes without: a thread of a forked
// child might wait for ever.
class Cache {
 public:
  std::vector<uint8_t> find(const DnsQuestion& question) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return {};
    const auto message = cache_.find(question, clock_now());
    return {message.begin(), message.end()};
  }
  void store(const DnsQuestion& question, const DnsReply& reply) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock.owns_lock()) cache_.store(question, reply.message, reply.found.ttl_s, clock_now());
  }

 private:
  std::mutex mutex_;
  app::DnsCache<kCacheEntries> cache_;
};

Cache& cache() {
  static auto* const made = new Cache;  // for ever: threads may look for names while others exit
  return *made;
}

LookupStatus status_of(DnsOutcome outcome) {
  switch (outcome) {
    case DnsOutcome::kFound:
      return LookupStatus::kFound;
    case DnsOutcome::kNoData:
      return LookupStatus::kNoData;
    case DnsOutcome::kNoName:
      return LookupStatus::kNotFound;
    case DnsOutcome::kTrouble:
      break;
  }
  return LookupStatus::kTryAgain;
}

DnsReply reply_from(const DnsQuestion& question, std::vector<uint8_t> message) {
  DnsReply reply;
  const auto view = wire::DnsView::parse(message);
  if (!view) return reply;
  reply.found = app::read_dns_answer(*view, question);
  reply.status = status_of(reply.found.outcome);
  reply.message = std::move(message);
  return reply;
}

app::DnsExchange make_exchange(const app::DnsSettings& settings, const DnsQuestion& question) {
  std::array<uint8_t, Random::kSeedBytes> seed{};
  ::getrandom(seed.data(), seed.size(), 0);
  return {settings, question, seed};
}

// Once a process: nobody answered.
void report_silence(const Resolver& resolver) {
  static std::atomic<bool> is_told{false};
  if (is_told.exchange(true)) return;
  std::string servers;
  bool are_loopback = true;
  for (const Endpoint& server : resolver.settings.servers) {
    servers += (servers.empty() ? "" : ", ") + to_text(server.address);
    are_loopback = are_loopback && server.address.is_loopback();
  }
  if (resolver.is_of_file && are_loopback) {
    log(LogLevel::kError,
        "names: /etc/resolv.conf names %s, which is the host's own loopback; that of the stack has "
        "no name server. Say which to ask with TAPSTACK_DNS=ADDRESS,... (or none)",
        servers.c_str());
  } else {
    log(LogLevel::kWarn,
        "names: no answer from %s%s; TAPSTACK_DNS=ADDRESS,... names others, TAPSTACK_DNS=none asks "
        "nobody",
        servers.c_str(), resolver.is_of_file ? " (of /etc/resolv.conf)" : "");
  }
}

void note_silence(const Resolver& resolver, bool is_silence) {
  if (!is_silence) return silence.end();
  silence.begin();
  report_silence(resolver);
}

// What an exchange that is over has brought.
DnsReply take_reply(const Resolver& resolver, const DnsQuestion& question, Exchange& exchange) {
  DnsReply reply = reply_from(question, std::move(exchange.answer));
  reply.is_silence =
      reply.message.empty() && exchange.protocol.trouble() == wire::DnsCode::kNoError;
  note_silence(resolver, reply.is_silence);
  return reply;
}

// All at the same time, those that are known already not at all.
std::vector<DnsReply> ask_all(const Resolver& resolver, const std::vector<DnsQuestion>& questions) {
  std::vector<DnsReply> replies(questions.size());
  std::vector<Exchange> exchanges;
  std::vector<size_t> asked;
  const app::DnsSettings settings = exchange_settings(resolver.settings);
  for (size_t i = 0; i < questions.size(); ++i) {
    replies[i] = reply_from(questions[i], cache().find(questions[i]));
    if (!replies[i].message.empty()) continue;
    exchanges.push_back({make_exchange(settings, questions[i]), {}});
    asked.push_back(i);
  }
  run_exchanges(exchanges);
  for (size_t n = 0; n < asked.size(); ++n) {
    const DnsQuestion& question = questions[asked[n]];
    replies[asked[n]] = take_reply(resolver, question, exchanges[n]);
    cache().store(question, replies[asked[n]]);
  }
  return replies;
}

std::string text_of(const DnsName& name) {
  char text[wire::kDnsNameTextBytesMax];
  return {text, name.text(text)};
}

// Adds what `reply` found to a host: addresses, and the names on the way to them.
void add_to(FoundHost& host, const DnsQuestion& question, const DnsReply& reply) {
  const auto view = wire::DnsView::parse(reply.message);
  app::DnsAnswerWalk walk(*view, reply.found.canonical, question.type);
  while (const auto record = walk.next()) {
    const auto address = dns_address(*record);
    if (address && std::ranges::find(host.addresses, *address) == host.addresses.end()) {
      host.addresses.push_back(*address);
    }
  }
  if (!host.canonical.empty()) return;
  host.canonical = text_of(reply.found.canonical);
  for (DnsName name = question.name; name != reply.found.canonical;) {
    host.aliases.push_back(text_of(name));
    const auto alias = app::find_dns_alias(*view, name);
    if (!alias) return;
    name = alias->target;
  }
}

// What is worth more to know of two answers about the same name.
LookupStatus better(LookupStatus a, LookupStatus b) {
  const auto worth = [](LookupStatus s) {
    switch (s) {
      case LookupStatus::kFound:
        return 4;
      case LookupStatus::kTryAgain:
        return 3;
      case LookupStatus::kNoData:
        return 2;
      case LookupStatus::kNotFound:
        return 1;
      case LookupStatus::kNoRecovery:
        break;
    }
    return 0;
  };
  return worth(a) >= worth(b) ? a : b;
}

struct Candidate {
  HostAnswer answer;
  bool is_silence = false;
};

Candidate resolve_candidate(const Resolver& resolver, const std::string& text, Families wanted) {
  const auto name = DnsName::from_text(text);
  Candidate out;
  out.answer.status = LookupStatus::kNoRecovery;
  if (!name) return out;
  std::vector<DnsQuestion> questions;
  const bool wants_ip6 = has_family(wanted, Family::kIp6) && !resolver.settings.asks_no_aaaa;
  if (has_family(wanted, Family::kIp4)) questions.push_back({*name, DnsType::kA});
  if (wants_ip6) questions.push_back({*name, DnsType::kAaaa});
  const std::vector<DnsReply> replies = ask_all(resolver, questions);
  for (size_t i = 0; i < replies.size(); ++i) {
    LookupStatus status = replies[i].status;
    if (status == LookupStatus::kFound && !replies[i].found.canonical.is_host_name()) {
      status = LookupStatus::kNoRecovery;  // nothing that programs should see
    }
    if (status == LookupStatus::kFound) add_to(out.answer.host, questions[i], replies[i]);
    out.answer.status = better(status, out.answer.status);
    out.is_silence |= replies[i].is_silence;
  }
  if (questions.empty()) out.answer.status = LookupStatus::kNoData;
  return out;
}

}  // namespace

bool has_name_servers() { return !current_resolver().settings.servers.empty(); }

DnsReply ask_servers(const DnsQuestion& question, const QueryFlags& flags) {
  const Resolver resolver = current_resolver();
  app::DnsSettings settings = exchange_settings(resolver.settings);
  settings.wants_recursion = flags.wants_recursion;
  settings.asks_authentic |= flags.asks_authentic;
  settings.disables_checking = flags.disables_checking;
  settings.asks_dnssec = flags.asks_dnssec;
  if (flags.asks_dnssec) settings.edns_payload_bytes = kEdnsPayloadBytes;
  std::vector<Exchange> exchanges;
  exchanges.push_back({make_exchange(settings, question), {}});
  run_exchanges(exchanges);
  return take_reply(resolver, question, exchanges[0]);
}

HostAnswer resolve_host(const std::string& name, Families wanted) {
  const Resolver resolver = current_resolver();
  HostAnswer best;
  best.status = LookupStatus::kNoRecovery;
  for (const std::string& text : names_to_try(name, resolver.settings)) {
    Candidate candidate = resolve_candidate(resolver, text, wanted);
    if (candidate.answer.status == LookupStatus::kFound) return std::move(candidate.answer);
    best.status = better(candidate.answer.status, best.status);
    if (candidate.is_silence) break;  // as glibc: others would be as silent
  }
  return best;
}

HostAnswer resolve_address(const IpAddress& address) {
  const DnsQuestion question{DnsName::reverse_of(address), DnsType::kPtr};
  const DnsReply reply = ask_all(current_resolver(), {question}).front();
  HostAnswer answer{reply.status, {}};
  if (reply.status != LookupStatus::kFound) return answer;
  const auto view = wire::DnsView::parse(reply.message);
  app::DnsAnswerWalk walk(*view, reply.found.canonical, question.type);
  while (const auto record = walk.next()) {
    const auto target = dns_target(*view, *record);
    if (!target || !target->is_host_name()) continue;
    FoundHost& host = answer.host;
    (host.canonical.empty() ? host.canonical : host.aliases.emplace_back()) = text_of(*target);
  }
  answer.host.addresses = {address};
  if (answer.host.canonical.empty()) answer = {LookupStatus::kNoRecovery, {}};
  return answer;
}

std::vector<std::string> search_list_for(const std::string& name) {
  return names_to_try(name, current_resolver().settings);
}

}  // namespace tapstack::shim::names
