// Socket calls of a script, made through core/api.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/api/sockets.h"
#include "tests/conformance/flow.h"
#include "tests/conformance/host.h"
#include "tests/conformance/script.h"

namespace tapstack::conformance {

class Calls {
 public:
  Calls(Host& host, Flows& flows, const Options& options)
      : host_(host), flows_(flows), options_(options) {}

  // Makes the call; returns why its result is not what the script expects, or nothing. Throws
  // SyntaxError for a call that it does not know.
  std::string make(const Call& call);
  // The value of one side of an assertion.
  uint64_t value(const std::string& term);

 private:
  struct Descriptor {
    SocketId id;
    SocketKind kind = SocketKind::kTcp;
    uint32_t written = 0;  // bytes so far
    uint32_t read = 0;
  };
  // What came of a call: a number, or an error.
  struct Outcome {
    int64_t value = 0;
    Error error = Error::kNone;
    std::string words;    // in place of a number
    std::string problem;  // wrong whatever the script says
  };
  using Arguments = std::vector<std::string>;

  Outcome dispatch(const Call& call);
  Outcome open(const Call& call);
  Outcome bind(const Arguments& args);
  Outcome connect(const Arguments& args);
  Outcome accept(const Call& call);
  Outcome send(const Arguments& args);
  Outcome receive(const Arguments& args);
  Outcome set_option(const Arguments& args);
  Outcome get_option(const Arguments& args);
  Outcome poll(const Arguments& args);
  Outcome close(const Arguments& args);
  std::string check_read(Descriptor& d, const FlowKey& flow, const ByteString& bytes, bool is_peek,
                         bool is_urgent);
  Descriptor& descriptor(const Arguments& args);
  void remember_flow(int fd, SocketId id, bool is_current);
  uint64_t tcp_figure(const std::string& name, int fd);

  Host& host_;
  Flows& flows_;
  const Options& options_;
  std::map<int, Descriptor> descriptors_;
  std::map<int, uint32_t> isns_;  // of accepted connections, when they were accepted
};

}  // namespace tapstack::conformance
