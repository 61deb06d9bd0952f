# The portable stack: for each profile one library per folder, core_<folder>_<profile>, and
# tapstack_core_<profile> for all of them. A folder may use only those before it.

set(core_profiles host embedded tiny sim)
set(core_folders util mem timer wire link net transport socket stack api app)

# -fbuiltin after -ffreestanding: without it GCC calls memcpy for a copy of four bytes.
set(core_flags -ffreestanding -fbuiltin -fno-exceptions -fno-rtti -fno-threadsafe-statics
               -fno-asynchronous-unwind-tables)
if(TAPSTACK_SANITIZE)
  list(APPEND core_flags -fno-sanitize=vptr)
endif()

# What costs most in compiling a file of the core is the standard headers that it may include (the
# list of scripts/tidy.py): precompiled once for each profile. Clang compiles without, and each file
# by itself, so an #include that is missing still shows in `make test`.
set(core_headers <algorithm> <array> <bit> <compare> <concepts> <cstddef> <cstdint> <cstring>
                 <iterator> <limits> <optional> <span> <string_view> <tuple> <type_traits> <utility>)

function(tapstack_core_flags name profile)
  target_compile_options(${name} PRIVATE ${core_flags})
  if(NOT profile STREQUAL TAPSTACK_PROFILE)  # for tests: lines in a stack trace are enough
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-g1>)
  endif()
endfunction()

function(tapstack_core_pch profile)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  set(file ${CMAKE_BINARY_DIR}/gen/core_pch.cpp)
  file(CONFIGURE OUTPUT ${file} CONTENT "// Holds the precompiled header of the core.\n")
  string(TOUPPER ${profile} macro)
  add_library(core_pch_${profile} OBJECT ${file})
  target_compile_definitions(core_pch_${profile} PRIVATE TAPSTACK_PROFILE_${macro}=1)
  target_link_libraries(core_pch_${profile} PRIVATE tapstack_roots)
  tapstack_core_flags(core_pch_${profile} ${profile})
  target_precompile_headers(core_pch_${profile} PRIVATE ${core_headers})
endfunction()

function(tapstack_core_library folder profile)
  string(TOUPPER ${profile} macro)
  tapstack_sources(sources core/${folder} EXCLUDE "/core/port/hosted/")
  set(name core_${folder}_${profile})
  tapstack_library(${name} "${sources}")
  target_link_libraries(${name} ${kind} ${ARGN} tapstack_roots)
  target_compile_definitions(${name} ${kind} TAPSTACK_PROFILE_${macro}=1)
  if(sources)
    tapstack_core_flags(${name} ${profile})
    if(TARGET core_pch_${profile})
      target_precompile_headers(${name} REUSE_FROM core_pch_${profile})
      tapstack_join(${name})
    endif()
  endif()
endfunction()

foreach(profile ${core_profiles})
  tapstack_core_pch(${profile})
  set(before)
  foreach(folder ${core_folders})
    tapstack_core_library(${folder} ${profile} ${before})
    set(before core_${folder}_${profile})
  endforeach()
  tapstack_core_library(port ${profile} core_api_${profile})

  add_library(tapstack_core_${profile} INTERFACE)
  target_link_libraries(tapstack_core_${profile} INTERFACE core_app_${profile} core_port_${profile})
endforeach()

# What a hosted embedder may supply to the core (the assertion hook among it). Linked last: who
# defines the hook itself comes first and wins; -u makes the linker want it from the beginning.
tapstack_sources(sources core/port/hosted)
tapstack_library(assert_abort "${sources}")
target_link_libraries(assert_abort ${kind} tapstack_roots)
if(sources)
  target_link_options(assert_abort INTERFACE LINKER:-u,tapstack_assert_failed)
endif()
