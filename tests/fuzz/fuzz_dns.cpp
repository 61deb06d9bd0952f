// Whatever a name server sends: nothing outside of the message is read, every walk ends, names stay
// within their limits, and what is called an answer answers the question.
#include <cstdlib>

#include "app/dns_exchange.h"

namespace {

using namespace tapstack;

void check_name(const wire::DnsName& name) {
  if (name.octets().size() > wire::kDnsNameBytesMax || name.octets().back() != 0) std::abort();
  char text[wire::kDnsNameTextBytesMax];
  const size_t length = name.text(text);
  if (length == 0) std::abort();
  const auto again = wire::DnsName::from_text({text, length});
  if (!again || *again != name) std::abort();
}

void walk(const wire::DnsView& message) {
  wire::DnsRecordWalk walk(message);
  while (const auto record = walk.next()) {
    check_name(record->owner);
    if (const auto target = dns_target(message, *record)) check_name(*target);
    (void)dns_negative_ttl_s(message, *record);
    (void)dns_address(*record);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  const auto message = wire::DnsView::parse(bytes);
  if (!message) return 0;
  walk(*message);
  (void)wire::parse_dns_query(bytes);
  const auto question = message->question();
  if (!question) return 0;
  const app::DnsFound found = app::read_dns_answer(*message, *question);
  check_name(found.canonical);
  app::DnsAnswerWalk answers(*message, found.canonical, question->type);
  const bool has_records = answers.next().has_value();
  if (found.outcome == app::DnsOutcome::kFound && !has_records) std::abort();
  return 0;
}
