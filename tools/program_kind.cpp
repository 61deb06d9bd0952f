#include "tools/program_kind.h"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include "tools/program.h"

namespace tapstack::tools {
namespace {

#if defined(__LP64__)
using ElfHeader = Elf64_Ehdr;
using ElfSegment = Elf64_Phdr;
using ElfNote = Elf64_Nhdr;
constexpr unsigned char kElfClass = ELFCLASS64;
#else
using ElfHeader = Elf32_Ehdr;
using ElfSegment = Elf32_Phdr;
using ElfNote = Elf32_Nhdr;
constexpr unsigned char kElfClass = ELFCLASS32;
#endif

constexpr int kScriptDepthMax = 4;   // BINPRM_MAX_RECURSION of Linux
constexpr size_t kPartMax = 65'536;  // of a segment that is read: a name, or notes

// The parts of an ELF file that tell how it is started.
class ElfFile {
 public:
  explicit ElfFile(const std::string& path) : file_(path, std::ios::binary) {
    unsigned char identity[EI_NIDENT] = {};
    is_elf_ = read_at(0, identity) && std::memcmp(identity, ELFMAG, SELFMAG) == 0;
    is_own_size_ = is_elf_ && identity[EI_CLASS] == kElfClass;
    if (is_own_size_ && read_at(0, header_)) read_segments();
  }
  bool is_elf() const { return is_elf_; }
  bool is_own_size() const { return is_own_size_; }
  Elf64_Half machine() const { return header_.e_machine; }
  // The loader that it names; empty when it names none.
  std::string loader() {
    const std::string name = first_part(PT_INTERP);
    return name.substr(0, name.find('\0'));
  }
  bool is_go();

 private:
  template <class Record>
  bool read_at(uint64_t offset, Record& record) {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    return static_cast<bool>(file_.read(reinterpret_cast<char*>(&record), sizeof record));
  }
  void read_segments();
  std::string part(const ElfSegment& segment);
  std::string first_part(unsigned type);

  std::ifstream file_;
  bool is_elf_ = false;
  bool is_own_size_ = false;
  ElfHeader header_{};
  std::vector<ElfSegment> segments_;
};

void ElfFile::read_segments() {
  for (unsigned i = 0; i < header_.e_phnum; ++i) {
    ElfSegment segment{};
    if (!read_at(header_.e_phoff + uint64_t{i} * header_.e_phentsize, segment)) return;
    segments_.push_back(segment);
  }
}

std::string ElfFile::part(const ElfSegment& segment) {
  std::string bytes(std::min<size_t>(segment.p_filesz, kPartMax), '\0');
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(segment.p_offset));
  file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(file_.gcount()));
  return bytes;
}

std::string ElfFile::first_part(unsigned type) {
  for (const ElfSegment& segment : segments_) {
    if (segment.p_type == type) return part(segment);
  }
  return {};
}

// A note of the name "Go" and type 4: the build id that Go's linker writes.
bool ElfFile::is_go() {
  constexpr unsigned kGoBuildId = 4;
  constexpr char kName[] = "Go\0";
  const auto padded = [](size_t bytes) { return (bytes + 3) / 4 * 4; };
  for (const ElfSegment& segment : segments_) {
    if (segment.p_type != PT_NOTE) continue;
    const std::string notes = part(segment);
    ElfNote note;
    for (size_t at = 0; at + sizeof note + sizeof kName <= notes.size();
         at += sizeof note + padded(note.n_namesz) + padded(note.n_descsz)) {
      std::memcpy(&note, notes.data() + at, sizeof note);
      if (note.n_type == kGoBuildId && note.n_namesz == sizeof kName &&
          std::memcmp(notes.data() + at + sizeof note, kName, sizeof kName) == 0) {
        return true;
      }
    }
  }
  return false;
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

ProgramKind kind_of(ElfFile& file, const std::string& path) {
  if (!file.is_own_size()) return ProgramKind::kWordSize;
  ElfFile self("/proc/self/exe");
  if (file.machine() != self.machine()) return ProgramKind::kMachine;
  if (file.is_go()) return ProgramKind::kGo;
  const std::string loader = file.loader(), own_loader = self.loader();
  // The loader itself is without one, and preloads as for the program that it is given.
  if (loader.empty() && file_name(path) == file_name(own_loader)) return ProgramKind::kDynamic;
  if (loader.empty()) return ProgramKind::kStatic;
  // A command that is static itself cannot tell.
  if (own_loader.empty() || file_name(loader) == file_name(own_loader))
    return ProgramKind::kDynamic;
  return ProgramKind::kOtherLibc;
}

// The program that the first line of a script names; nothing when it is no script.
std::optional<std::string> interpreter_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line, interpreter, argument;
  if (!std::getline(file, line) || !line.starts_with("#!")) return std::nullopt;
  std::istringstream words(line.substr(2));
  words >> interpreter >> argument;
  if (file_name(interpreter) != "env") return interpreter;
  while (argument.starts_with("-") || argument.find('=') != std::string::npos) {
    if (!(words >> argument)) return interpreter;
  }
  return argument.empty() ? interpreter : find_program(argument);
}

}  // namespace

InspectedProgram inspect_program(const std::string& path) {
  std::string current = path;
  for (int depth = 0; depth < kScriptDepthMax; ++depth) {
    ElfFile file(current);
    if (file.is_elf()) return {kind_of(file, current), current};
    const std::optional<std::string> next = interpreter_of(current);
    if (!next) break;
    current = *next;
  }
  return {ProgramKind::kUnknown, current};
}

bool gains_rights(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  return ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::geteuid()) ||
         ((status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 &&
          status.st_gid != ::getegid());
}

std::string describe_problem(const std::string& path) {
  const InspectedProgram program = inspect_program(path);
  const std::string whose =
      program.path == path ? "" : "is a script for " + program.path + ", which ";
  switch (program.kind) {
    case ProgramKind::kDynamic:
    case ProgramKind::kUnknown:
      break;
    case ProgramKind::kStatic:
      return whose +
             "is statically linked: no library can be preloaded into it, it would not use "
             "Tapstack; use a dynamically linked build of it";
    case ProgramKind::kGo:
      return whose +
             "is written in Go, which makes system calls by itself: it would not use "
             "Tapstack; build it with gccgo, or use another program for this";
    case ProgramKind::kWordSize:
      return whose +
             "has another word size than the library: it cannot be preloaded, it would not "
             "use Tapstack; use a " +
             std::to_string(sizeof(void*) * 8) + "-bit build of it";
    case ProgramKind::kMachine:
      return whose +
             "is built for another machine than the library: it cannot be preloaded, it "
             "would not use Tapstack; use a build for this machine";
    case ProgramKind::kOtherLibc:
      return whose +
             "is built for another C library than ours: it cannot be preloaded, it would "
             "not use Tapstack; build it, or Tapstack, for the same C library";
  }
  if (!gains_rights(path)) return {};
  return "is set-user-ID or set-group-ID: it gets no such rights here, where mounts are nosuid "
         "(the "
         "loader would ignore the library otherwise); run tapstack as the user that it needs to be";
}

}  // namespace tapstack::tools
