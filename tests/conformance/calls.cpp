#include "tests/conformance/calls.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "tests/conformance/family.h"
#include "tests/conformance/names.h"
#include "tests/conformance/text.h"

namespace tapstack::conformance {
namespace {

constexpr uint16_t kServicePort = 8080;  // what bind() and connect() mean by "..."

uint32_t number_of(const std::string& text) {
  Cursor in(text);
  const uint32_t value = in.number();
  if (!in.is_at_end()) in.fail("nothing behind the number");
  return value;
}

const std::string& argument(const std::vector<std::string>& args, size_t n) {
  static const std::string kNone = "...";
  return n < args.size() ? args[n] : kNone;
}

bool has_flag(const std::string& flags, std::string_view name) {
  return flags.find(name) != std::string::npos;
}

// The first argument of the form [address]:port; none if all are "...".
std::optional<Endpoint> endpoint_in(const std::vector<std::string>& args, Family family) {
  for (const std::string& arg : args) {
    const size_t colon = arg.find(':');
    if (colon == std::string::npos) continue;
    const Ip ip = colon == 0 ? 0 : parse_ip(arg.substr(0, colon));
    const auto port = static_cast<uint16_t>(number_of(arg.substr(colon + 1)));
    return Endpoint{address_of(ip, family), Port{port}};
  }
  return std::nullopt;
}

uint8_t icmp_protocol(Family family) { return family == Family::kIp6 ? 58 : 1; }

// "POLLIN|POLLOUT" in any order.
std::set<std::string> bits_of(const std::string& text) {
  std::set<std::string> bits;
  std::istringstream in(text);
  for (std::string bit; std::getline(in, bit, '|');) bits.emplace(trimmed(bit));
  return bits;
}

// [5], 5, [EAGAIN], {onoff=1, linger=5}
int64_t option_value(Option option, std::string text) {
  if (text.starts_with("[")) text = text.substr(1, text.size() - 2);
  if (option == Option::kLingerS) {
    const std::vector<std::string> parts = split_arguments(text.substr(1, text.size() - 2));
    if (parts.size() != 2) throw SyntaxError("SO_LINGER wants {onoff=N, linger=N}");
    const auto part = [&](size_t i) { return number_of(parts[i].substr(parts[i].find('=') + 1)); };
    return part(0) == 0 ? -1 : static_cast<int64_t>(part(1));
  }
  return text.starts_with("-") ? -static_cast<int64_t>(number_of(text.substr(1))) : number_of(text);
}

}  // namespace

Calls::Descriptor& Calls::descriptor(const Arguments& args) {
  const int fd = static_cast<int>(number_of(argument(args, 0)));
  const auto found = descriptors_.find(fd);
  if (found == descriptors_.end()) throw SyntaxError("no descriptor " + std::to_string(fd));
  return found->second;
}

void Calls::remember_flow(int fd, SocketId id, bool is_current) {
  const auto local = api::local_endpoint(host_.stack(), id);
  const auto remote = api::remote_endpoint(host_.stack(), id);
  FlowKey key = flows_.current;
  if (local.ok()) {
    key.local_port = local->port.value;
    if (!local->address.is_any()) key.local = script_ip(local->address);
  }
  if (remote.ok()) {
    key.peer = script_ip(remote->address);
    key.peer_port = remote->port.value;
  }
  flows_.by_fd[fd] = key;
  if (is_current) flows_.current = key;
}

Calls::Outcome Calls::open(const Call& call) {
  const std::string& type = argument(call.arguments, 1);
  const std::string& protocol = argument(call.arguments, 2);
  Descriptor d;
  uint8_t number = 0;
  if (type == "SOCK_STREAM") {
    d.kind = SocketKind::kTcp;
  } else if (type == "SOCK_DGRAM") {
    d.kind = protocol == "IPPROTO_ICMP" ? SocketKind::kPing : SocketKind::kUdp;
  } else if (type == "SOCK_RAW") {
    d.kind = SocketKind::kRaw;
    number = protocol == "IPPROTO_ICMP" ? icmp_protocol(options_.family)
                                        : static_cast<uint8_t>(number_of(protocol));
  } else {
    throw SyntaxError("socket(..., SOCK_STREAM | SOCK_DGRAM | SOCK_RAW, IPPROTO_...)");
  }
  const auto opened = api::open(host_.stack(), host_.now(), options_.family, d.kind, number);
  if (!opened.ok()) return {-1, opened.error(), {}, {}};
  d.id = *opened;
  const int fd = static_cast<int>(number_of(call.result));
  descriptors_[fd] = d;
  return {fd, Error::kNone, {}, {}};
}

Calls::Outcome Calls::bind(const Arguments& args) {
  const Descriptor& d = descriptor(args);
  const Endpoint local =
      endpoint_in(args, options_.family)
          .value_or(Endpoint{address_of(0, options_.family), Port{kServicePort}});
  const Status status = api::bind(host_.stack(), host_.now(), d.id, local);
  if (status.ok()) flows_.current.local_port = local.port.value;
  return {0, status.error(), {}, {}};
}

Calls::Outcome Calls::connect(const Arguments& args) {
  const Descriptor& d = descriptor(args);
  const Endpoint peer =
      endpoint_in(args, options_.family)
          .value_or(Endpoint{address_of(kPeerIp, options_.family), Port{kServicePort}});
  const Status status = api::connect(host_.stack(), host_.now(), d.id, peer);
  const bool has_begun = status.ok() || status.error() == Error::kInProgress;
  if (has_begun) {
    remember_flow(static_cast<int>(number_of(args[0])), d.id, false);
    FlowKey& key = flows_.by_fd[static_cast<int>(number_of(args[0]))];
    key.peer = script_ip(peer.address);
    key.peer_port = peer.port.value;
    flows_.current = key;
    flows_.begin(key);
  }
  return {0, status.error(), {}, {}};
}

Calls::Outcome Calls::accept(const Call& call) {
  const Descriptor& listener = descriptor(call.arguments);
  const auto accepted = api::accept(host_.stack(), host_.now(), listener.id);
  if (!accepted.ok()) return {-1, accepted.error(), {}, {}};
  const int fd = static_cast<int>(number_of(call.result));
  descriptors_[fd] = Descriptor{accepted->id, SocketKind::kTcp, 0, 0};
  remember_flow(fd, accepted->id, false);
  isns_[fd] = flows_.of(flows_.by_fd[fd]).local_isn.value_or(0);
  return {fd, Error::kNone, {}, {}};
}

// write(fd, ..., n), send(fd, ..., n, flags), sendto(fd, ..., n, flags, address:port, ...)
Calls::Outcome Calls::send(const Arguments& args) {
  Descriptor& d = descriptor(args);
  const std::string& flags = argument(args, 3);
  const bool is_stream = d.kind == SocketKind::kTcp;
  const ByteString bytes = content(is_stream ? 1 + d.written : 0, number_of(argument(args, 2)));
  DatagramInfo to;
  if (const auto peer = endpoint_in(args, options_.family)) {
    to.peer = *peer;
    flows_.current.peer = script_ip(peer->address);
    flows_.current.peer_port = peer->port.value;
  }
  api::SendOptions options;
  options.more = has_flag(flags, "MSG_MORE");
  options.urgent = has_flag(flags, "MSG_OOB");
  options.ends_record = has_flag(flags, "MSG_EOR");
  const ConstBytes part(bytes);
  const auto sent = api::send(host_.stack(), host_.now(), d.id, {&part, 1}, to, options);
  if (!sent.ok()) return {-1, sent.error(), {}, {}};
  d.written += static_cast<uint32_t>(*sent);
  const auto local = api::local_endpoint(host_.stack(), d.id);
  if (!is_stream && local.ok()) flows_.current.local_port = local->port.value;
  return {static_cast<int64_t>(*sent), Error::kNone, {}, {}};
}

// read(fd, ..., n), recv(fd, ..., n, flags), recvfrom(fd, ..., n, flags, address:port, ...)
Calls::Outcome Calls::receive(const Arguments& args) {
  Descriptor& d = descriptor(args);
  const std::string& flags = argument(args, 3);
  ByteString bytes(number_of(argument(args, 2)));
  const Bytes part(bytes);
  api::ReceiveOptions options;
  options.peek = has_flag(flags, "MSG_PEEK");
  options.urgent = has_flag(flags, "MSG_OOB");
  DatagramInfo info;
  const auto received = api::receive(host_.stack(), host_.now(), d.id, {&part, 1}, options, &info);
  if (!received.ok()) return {-1, received.error(), {}, {}};
  bytes.resize(*received);
  const auto wanted = endpoint_in(args, options_.family);
  if (wanted && *wanted != info.peer) {
    return {0,
            Error::kNone,
            {},
            "from " + ip_text(script_ip(info.peer.address)) + ":" +
                std::to_string(info.peer.port.value)};
  }
  const FlowKey flow = flows_.by_fd[static_cast<int>(number_of(args[0]))];
  return {static_cast<int64_t>(bytes.size()),
          Error::kNone,
          {},
          check_read(d, flow, bytes, options.peek, options.urgent)};
}

std::string Calls::check_read(Descriptor& d, const FlowKey& flow, const ByteString& bytes,
                              bool is_peek, bool is_urgent) {
  const bool is_stream = d.kind == SocketKind::kTcp;
  const uint32_t syn = flows_.of(flow).peer_syn.value_or(0);
  const uint32_t begin = is_stream ? syn + 1 + d.read : 0;
  if (is_stream && !is_peek && !is_urgent) d.read += static_cast<uint32_t>(bytes.size());
  const bool is_checked = options_.check_content && !is_urgent && d.kind != SocketKind::kPing &&
                          d.kind != SocketKind::kRaw;
  if (!is_checked || bytes == content(begin, static_cast<uint32_t>(bytes.size()))) return "";
  return "the bytes read are not those that were sent (--content any: do not compare)";
}

Calls::Outcome Calls::set_option(const Arguments& args) {
  const Option option = option_for(option_of(argument(args, 2)), options_.family);
  const int64_t value = option_value(option, argument(args, 3));
  const Status status =
      api::set_option(host_.stack(), host_.now(), descriptor(args).id, option, value);
  return {0, status.error(), {}, {}};
}

// getsockopt(fd, level, name, [value], ...): the value is compared.
Calls::Outcome Calls::get_option(const Arguments& args) {
  const SocketId id = descriptor(args).id;
  std::string wanted = argument(args, 3);
  if (wanted.starts_with("["))
    wanted = trimmed(std::string_view(wanted).substr(1, wanted.size() - 2));
  if (argument(args, 2) == "SO_ERROR") {
    const Error got = api::take_error(host_.stack(), id);
    const Error expected = wanted == "0" ? Error::kNone : error_of(wanted);
    const std::string name = got == Error::kNone ? "0" : error_name(got);
    return {0, Error::kNone, {}, got == expected ? "" : "SO_ERROR is " + name};
  }
  const Option option = option_for(option_of(argument(args, 2)), options_.family);
  const auto got = api::get_option(host_.stack(), id, option);
  if (!got.ok()) return {-1, got.error(), {}, {}};
  const int64_t more = option == Option::kIp6Mtu ? kMoreHeaderBytes : 0;
  const bool is_same = *got == option_value(option, wanted) + more;
  return {0, Error::kNone, {}, is_same ? "" : "the value is " + std::to_string(*got)};
}

Calls::Outcome Calls::poll(const Arguments& args) {
  const Readiness readiness = api::readiness(host_.stack(), descriptor(args).id);
  return {0, Error::kNone, readiness_name(readiness), {}};
}

Calls::Outcome Calls::close(const Arguments& args) {
  const Status status = api::close(host_.stack(), host_.now(), descriptor(args).id);
  descriptors_.erase(static_cast<int>(number_of(args[0])));
  return {0, status.error(), {}, {}};
}

Calls::Outcome Calls::dispatch(const Call& call) {
  const Arguments& args = call.arguments;
  if (call.name == "socket") return open(call);
  if (call.name == "bind") return bind(args);
  if (call.name == "connect") return connect(args);
  if (call.name == "accept") return accept(call);
  if (call.name == "write" || call.name == "send" || call.name == "sendto") return send(args);
  if (call.name == "read" || call.name == "recv" || call.name == "recvfrom") return receive(args);
  if (call.name == "setsockopt") return set_option(args);
  if (call.name == "getsockopt") return get_option(args);
  if (call.name == "poll") return poll(args);
  if (call.name == "close") return close(args);
  if (call.name == "listen") {
    const uint32_t backlog = number_of(argument(args, 1));
    return {
        0, api::listen(host_.stack(), host_.now(), descriptor(args).id, backlog).error(), {}, {}};
  }
  if (call.name == "shutdown") {
    const std::string& how = argument(args, 1);
    const Shutdown what = how == "SHUT_RD"   ? Shutdown::kReceive
                          : how == "SHUT_WR" ? Shutdown::kSend
                                             : Shutdown::kBoth;
    return {
        0, api::shutdown(host_.stack(), host_.now(), descriptor(args).id, what).error(), {}, {}};
  }
  throw SyntaxError("unknown call '" + call.name + "'");
}

std::string Calls::make(const Call& call) {
  const Outcome outcome = dispatch(call);
  std::string got = outcome.words;
  if (got.empty()) {
    got = outcome.error == Error::kNone ? std::to_string(outcome.value)
                                        : "-1 " + error_name(outcome.error);
  }
  const bool is_same =
      outcome.words.empty() ? got == call.result : bits_of(got) == bits_of(call.result);
  if (!is_same) return "returned " + got;
  return outcome.problem;
}

uint64_t Calls::tcp_figure(const std::string& name, int fd) {
  const auto info = api::tcp_info(host_.stack(), host_.now(), descriptor({std::to_string(fd)}).id);
  if (!info.ok()) throw SyntaxError("tcp_info: " + error_name(info.error()));
  if (name == "tcpi_state") return static_cast<uint64_t>(info->state);
  if (name == "tcpi_rto") return info->rto_us;
  if (name == "tcpi_rtt") return info->srtt_us;
  if (name == "tcpi_min_rtt") return info->min_rtt_us;
  if (name == "tcpi_snd_mss") return info->send_mss;
  if (name == "tcpi_snd_cwnd_bytes") return info->cwnd_bytes;
  if (name == "tcpi_snd_ssthresh_bytes") return info->ssthresh_bytes;
  if (name == "tcpi_unacked_bytes") return info->unacked_bytes;
  if (name == "tcpi_total_retrans") return info->retransmits_total;
  if (name == "tcpi_reord_seen") return info->reordered;
  throw SyntaxError("unknown figure '" + name + "'");
}

uint64_t Calls::value(const std::string& term) {
  const size_t open = term.find('(');
  if (term.starts_with("TCP_")) return state_of(term);
  if (open == std::string::npos) return number_of(term);
  const std::string name = term.substr(0, open);
  const std::string inside(trimmed(term.substr(open + 1, term.size() - open - 2)));
  if (name == "counter") {
    for (size_t n = 0;; ++n) {
      const auto found = api::counter_at(host_.stack(), n);
      if (!found.ok()) throw SyntaxError("unknown counter '" + inside + "'");
      if (found->counter.name == inside) return found->counter.value;
    }
  }
  if (name == "pool") {
    for (size_t n = 0;; ++n) {
      const auto found = api::pool_at(host_.stack(), n);
      if (!found.ok()) throw SyntaxError("unknown pool '" + inside + "'");
      if (found->name == inside) return found->used;
    }
  }
  const int fd = static_cast<int>(number_of(inside));
  if (name == "isn") {
    if (!isns_.contains(fd)) throw SyntaxError("isn() is of accepted connections");
    return isns_[fd];
  }
  if (name == "readable")
    return api::readable_bytes(host_.stack(), descriptor({inside}).id).value();
  if (name == "unsent") return api::unsent_bytes(host_.stack(), descriptor({inside}).id).value();
  return tcp_figure(name, fd);
}

}  // namespace tapstack::conformance
