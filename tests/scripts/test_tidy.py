"""Each rule of scripts/tidy.py: what it finds, and what it leaves alone."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import tidy  # noqa: E402
import tidy_cpp  # noqa: E402


@pytest.fixture
def tree(tmp_path):
    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return tmp_path

    return write


def rules(root):
    return [(p.rule, p.path, p.line) for p in tidy.check(root)]


def function_names(text):
    return [(name, length) for name, _, length in tidy_cpp.functions(tidy_cpp.strip(text))]


@pytest.mark.parametrize("path, include", [
    ("core/mem/a.h", "wire/ip4.h"),
    ("core/mem/a.h", "core/net/ip4.h"),
    ("core/mem/a.h", "timer/deadlines.h"),
    ("core/util/a.h", "tapif/device.h"),
    ("core/api/a.h", "shim/common/request.h"),
    ("core/app/a.h", "net/ip4.h"),
    ("core/stack/a.h", "port/clock.h"),
    ("core/net/a.h", "../wire/ip4.h"),
    ("shim/engine/a.h", "core/net/ip4.h"),
    ("shim/engine/a.h", "net/ip4.h"),
    ("shim/engine/a.h", "tools/run.h"),
    ("tapif/a.h", "shim/common/request.h"),
    ("tools/a.h", "core/stack/stack.h"),
])
def test_include_against_the_direction_is_found(tree, path, include):
    assert rules(tree(path, f'#pragma once\n#include "{include}"\n')) == [("include", path, 2)]


@pytest.mark.parametrize("path, include", [
    ("core/wire/a.h", "mem/packet.h"),
    ("core/mem/a.h", "config.h"),
    ("core/transport/tcp/a.h", "transport/ports.h"),
    ("core/transport/a.h", "transport/tcp/state.h"),
    ("core/port/a.h", "api/api.h"),
    ("core/app/a.h", "api/api.h"),
    ("shim/engine/a.h", "core/api/api.h"),
    ("shim/engine/a.h", "tapif/device.h"),
    ("tools/a.h", "shim/common/request.h"),
    ("tests/unit/net/a_test.cpp", "net/ip4.h"),
])
def test_include_along_the_direction_is_fine(tree, path, include):
    assert rules(tree(path, f'#include "{include}"\n')) == []


@pytest.mark.parametrize("header", ["vector", "sys/socket.h", "unistd.h", "string", "functional",
                                    "memory", "chrono", "cstdlib", "arpa/inet.h"])
def test_hosted_header_in_the_core_is_found(tree, header):
    assert rules(tree("core/net/a.h", f"#include <{header}>\n")) == [("header", "core/net/a.h", 1)]


def test_freestanding_headers_and_hosted_ports_are_fine(tree):
    tree("core/net/a.h", "#include <array>\n#include <cstring>\n// #include <vector>\n")
    assert rules(tree("core/port/hosted/a.cpp", "#include <cstdlib>\n")) == []


def test_core_file_without_a_test_is_found(tree):
    tree("core/transport/tcp/rtt.cpp", "")
    root = tree("core/net/ip4.cpp", "")
    tree("tests/unit/net/ip4_test.cpp", "")
    assert rules(root) == [("test", "core/transport/tcp/rtt.cpp", 1)]


@pytest.mark.parametrize("line", ["x = htons(p);", "x = __builtin_bswap32(y);", "x = (a << 8) | b;",
                                  "x = std::byteswap(y);", "if (std::endian::native == e) f();"])
def test_byte_order_outside_wire_is_found(tree, line):
    root = tree("core/net/a.h", f"void f() {{ {line} }}\n")
    tree("core/wire/b.h", f"void f() {{ {line} }}\n")
    tree("core/util/bytes.h", f"void f() {{ {line} }}\n")
    tree("shim/hooks/c.h", f"void f() {{ {line} }}\n")
    assert rules(root) == [("byte-order", "core/net/a.h", 1)]


def test_packing_of_fields_is_no_byte_order(tree):
    assert rules(tree("core/mem/a.h", "x = (generation << 16) | index; y = 1u << 8; z = a >> 8;\n")
                 ) == []


def test_errno_lives_in_one_file(tree):
    tree("shim/common/errno_map.cpp", "int f() { return errno; }\n")
    tree("tapif/tap.cpp", "int f() { return errno; }\n")
    tree("shim/hooks/a.cpp", "// errno is kept\nint saved_errno();\n")
    root = tree("shim/hooks/b.cpp", "\nint f() { return errno; }\n")
    assert rules(root) == [("errno", "shim/hooks/b.cpp", 2)]


def test_heap_in_the_core_is_found(tree):
    root = tree("core/mem/a.h", "auto p = new Thing;\nvoid g() { delete p; }\nint* q = malloc (3);\n")
    assert [line for rule, _, line in rules(root) if rule == "heap"] == [1, 2, 3]


def test_deleted_functions_and_words_in_text_are_no_heap(tree):
    assert rules(tree("core/mem/a.h", "A(const A&) = delete;\nint new_value, renew;\n"
                                      '// a new one\nlog("new thing");\n')) == []


def test_conditional_compilation_in_the_core_is_found(tree):
    root = tree("core/net/a.h", "#ifndef A_H\n#define A_H\n#ifdef __cplusplus\n#endif\n"
                                "#if defined(X)\n#elif Y\n#endif\n#endif\n")
    assert [(r, line) for r, _, line in rules(root)] == [("if", 5), ("if", 6)]


def test_top_level_holds_nothing_else(tree):
    tree(".clang-format", "")
    tree("config.h", "")
    assert rules(tree("notes.txt", "")) == [("top-level", "notes.txt", 1)]


def test_todo_needs_an_owner_and_a_reason(tree):
    marker = "TO" + "DO"
    root = tree("shim/a.h", f"// {marker}: later\n// {marker}(issue 7): IPv6 has its own issue\n")
    assert rules(root) == [("todo", "shim/a.h", 1)]


def test_allowance_needs_its_rule_and_a_reason(tree):
    root = tree("core/net/a.h", "x = ntohs(y);  // tidy-allow(byte-order): shows the allowance\n\n"
                                "x = ntohs(y);  // tidy-allow(byte-order):\n\n"
                                "x = ntohs(y);  // tidy-allow(errno): wrong rule\n")
    assert [line for _, _, line in rules(root)] == [3, 5]


def long_function(name, lines):
    return f"int {name}() {{\n" + "  g();\n" * (lines - 2) + "}\n"


def test_function_of_60_lines_is_fine_and_of_61_is_not(tree):
    root = tree("shim/a.h", long_function("f", 60) + long_function("g", 61))
    assert rules(root) == [("size", "shim/a.h", 61)]


def test_comments_do_not_make_a_function_long(tree):
    assert rules(tree("shim/a.h", "int f() {\n" + "  // why\n" * 100 + "}\n")) == []


def test_file_of_601_lines_is_found(tree):
    assert rules(tree("shim/a.h", "\n" * 600)) == []
    assert rules(tree("shim/a.h", "\n" * 601)) == [("size", "shim/a.h", 1)]


def test_exception_lifts_the_limit_to_its_own(tree):
    root = tree("shim/a.h", long_function("f", 70))
    tree("scripts/tidy_exceptions.txt", "# comment\nshim/a.h:f 75 a flat list of options\n")
    assert rules(root) == []
    tree("scripts/tidy_exceptions.txt", "shim/a.h:f 69 a flat list of options\n")
    assert rules(root) == [("size", "shim/a.h", 1)]


@pytest.mark.parametrize("entry", ["shim/a.h:f 100 too generous", "shim/a.h 700 not needed",
                                   "shim/gone.h 700 not there", "shim/a.h:f 75"])
def test_exceptions_only_shrink(tree, entry):
    root = tree("shim/a.h", long_function("f", 60 if entry.endswith("75") else 70))
    tree("scripts/tidy_exceptions.txt", entry + "\n")
    assert ("size", "scripts/tidy_exceptions.txt", 1) in rules(root)


def test_functions_are_found_by_name():
    text = """
namespace a::b {
template <typename T, std::enable_if_t<(sizeof(T) > 2)>* = nullptr>
struct alignas(8) S : Base<T> {
  enum class E : uint8_t { kA, kB };
  S() = default;
  explicit S(int x) : a_{x}, b_(y), c_{{1, 2}} {
    f();
  }
  bool operator==(const S& o) const { return a == o.a; }
  bool operator()(int x) const noexcept {
    return x;
  }
  ~S() { g({1, 2}); }
  int a_ = 0;
  std::array<int, 2> arr{1, 2};
 private:
  auto trailing(int n = f({})) -> std::pair<int, int> { return {1, 2}; }
};
constexpr int kTable[] = {1, 2, 3};
inline constexpr auto kLambda = [](int x) {
  return x;
};
extern "C" {
void c_function(void) {
}
}
int S::out_of_line(int v) const&& {
  auto inner = [v] { return v; };
  for (;;) {
    if (v) { break; }
  }
}
concept C = requires(T t) { t.f(); };
}  // namespace
TEST_F(Suite, Does) {
}
"""
    assert function_names(text) == [
        ("S", 3), ("operator==", 1), ("operator()", 3), ("~S", 1), ("trailing", 1), ("kLambda", 3),
        ("c_function", 2), ("S::out_of_line", 6), ("Suite.Does", 2)]


def test_braces_in_strings_comments_and_characters_do_not_count():
    text = """int f() {
  g("{", '{', R"x({{{)x", 1'000);  // {
  /* { */
}
int h() { return '"'; }
"""
    assert function_names(text) == [("f", 3), ("h", 1)]


def test_this_repository_is_read_without_failing():
    tidy.check(ROOT)
