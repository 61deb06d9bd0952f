#include "tests/conformance/script.h"

#include <cctype>
#include <fstream>
#include <sstream>

#include "tests/conformance/text.h"

namespace tapstack::conformance {
namespace {

// Seconds with at most six decimals, exactly.
Duration parse_seconds(Cursor& in) {
  const std::string_view rest = in.rest();
  size_t n = 0;
  while (n < rest.size() &&
         (std::isdigit(static_cast<unsigned char>(rest[n])) != 0 || rest[n] == '.'))
    ++n;
  const std::string_view text = rest.substr(0, n);
  const size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::string decimals(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (text.empty() || text == "." || decimals.size() > 6 ||
      decimals.find('.') != std::string::npos) {
    in.fail("a time in seconds, with up to six decimals");
  }
  decimals.resize(6, '0');
  in.expect(text);
  return Duration::us(std::stoll("0" + digits + decimals));
}

// 1.5  +0.2  +0~+0.1  *
When parse_when(Cursor& in) {
  When when;
  if (in.take("*")) {
    when.is_any = true;
    return when;
  }
  when.is_relative = in.take("+");
  when.earliest = when.latest = parse_seconds(in);
  if (in.take("~")) {
    if (in.take("+") != when.is_relative) in.fail("both ends relative or both absolute");
    when.latest = parse_seconds(in);
  }
  return when;
}

// "= -1 EAGAIN (text for the reader)" without the text.
std::string parse_result(std::string_view text) {
  const size_t note = text.find('(');
  return std::string(trimmed(text.substr(0, note)));
}

Call parse_call(Cursor& in) {
  Call call;
  call.name = std::string(in.word());
  if (call.name.empty()) in.fail("'<', '>', a call, assert or quiet");
  call.arguments = split_arguments(in.enclosed('(', ')'));
  in.expect("=");
  call.result = parse_result(in.rest());
  return call;
}

Assertion parse_assertion(std::string_view text) {
  for (const char* operation : {"==", "!=", "<=", ">=", " after ", "<", ">"}) {
    const size_t at = text.find(operation);
    if (at == std::string_view::npos) continue;
    const std::string_view op = operation;
    return {std::string(trimmed(text.substr(0, at))), std::string(trimmed(op)),
            std::string(trimmed(text.substr(at + op.size())))};
  }
  throw SyntaxError("expected a comparison: == != < > <= >= after");
}

Event parse_event(std::string_view text) {
  Event event;
  event.text = text;
  Cursor in(text);
  event.when = parse_when(in);
  if (in.take("<")) {
    event.what = Inject{parse_packet(in.rest())};
  } else if (in.take(">")) {
    event.what = Expect{parse_packet(in.rest())};
  } else if (in.take_word("assert")) {
    event.what = parse_assertion(in.rest());
  } else if (in.take_word("quiet")) {
    event.what = Quiet{};
    if (!in.is_at_end()) in.fail("the end of the line");
  } else {
    event.what = parse_call(in);
  }
  const bool is_expectation = std::holds_alternative<Expect>(event.what);
  const bool is_exact = !event.when.is_any && event.when.earliest == event.when.latest;
  if (!is_expectation && !is_exact)
    throw SyntaxError("only a packet from the stack may come at a range of times");
  return event;
}

Families parse_families(Cursor& in) {
  if (in.take_word("both")) return Families::kBoth;
  const uint32_t family = in.number();
  if (family != 4 && family != 6) in.fail("4, 6 or both");
  return family == 4 ? Families::kIp4 : Families::kIp6;
}

void parse_option(std::string_view text, Options& options) {
  Cursor in(text);
  if (in.take("--arp")) {
    if (in.take_word("manual")) {
      options.arp_by_hand = true;
    } else {
      in.expect("auto");
    }
  } else if (in.take("--content")) {
    in.expect("any");
    options.check_content = false;
  } else if (in.take("--mtu")) {
    options.mtu_bytes = in.number(65'535);
  } else if (in.take("--ecn")) {
    options.ecn = static_cast<api::EcnMode>(in.number());
  } else if (in.take("--family")) {
    options.families = parse_families(in);
  } else if (in.take("--peer-isn")) {
    options.peer_isn = in.number();
  } else if (in.take("--seed")) {
    options.seed = static_cast<uint8_t>(in.number(255));
  } else {
    in.fail("--arp, --content, --ecn, --family, --mtu, --peer-isn or --seed");
  }
  if (!in.is_at_end()) in.fail("the end of the line");
}

void parse_line(std::string_view raw, int number, Script& script) {
  const std::string_view text = trimmed(raw.substr(0, raw.find("//")));
  if (text.empty()) return;
  if (text.starts_with("--")) {
    if (!script.events.empty()) throw SyntaxError("options stand before the first event");
    parse_option(text, script.options);
    return;
  }
  script.events.push_back(parse_event(text));
  script.events.back().line = number;
}

}  // namespace

Script parse_script(const std::filesystem::path& path, const std::string& text) {
  Script script;
  script.path = path;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    try {
      parse_line(line, number, script);
    } catch (const SyntaxError& error) {
      throw SyntaxError(path.string() + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  if (script.events.empty()) throw SyntaxError(path.string() + ":1: a script without events");
  return script;
}

bool is_for(const Script& script, Family family) {
  const Families said = script.options.families;
  if (said != Families::kAsTheFolder) {
    return said == Families::kBoth || (said == Families::kIp4) == (family == Family::kIp4);
  }
  const std::string folder = script.path.parent_path().string();
  const bool is_transport = folder.find("scripts/tcp") != std::string::npos ||
                            folder.find("scripts/udp") != std::string::npos;
  return family == Family::kIp4 || is_transport;
}

Script load_script(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw SyntaxError(path.string() + ":1: cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  return parse_script(path, text.str());
}

}  // namespace tapstack::conformance
