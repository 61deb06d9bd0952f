# Congestion control measured in virtual time (tests/bench/sim): the core with capacities of its
# own, bench_sim, and the part of it that `make test` asserts, sim_paths.

if(NOT GTest_FOUND OR TAPSTACK_CONFIG_USER)
  return()  # without GoogleTest no tests; the capacities of a user are not those wanted here
endif()

add_library(bench_capacities INTERFACE)
target_compile_definitions(bench_capacities INTERFACE
  TAPSTACK_USER_CONFIG="${PROJECT_SOURCE_DIR}/tests/bench/sim/capacities.h")
set(before bench_capacities)
foreach(folder ${core_folders} port)
  tapstack_core_library(${folder} bench ${before})
  set(before core_${folder}_bench)
endforeach()

# Of tapif what depends on no device, in this profile.
set(sources tapif/segment.cpp tapif/packet_layout.cpp tapif/checksum.cpp)
tapstack_sources(own tests/bench/sim EXCLUDE "_test[.]cpp$" "/main[.]cpp$")
add_library(bench_sim_support STATIC EXCLUDE_FROM_ALL ${own} ${sources})
target_link_libraries(bench_sim_support PUBLIC core_port_bench Threads::Threads)

add_executable(bench_sim tests/bench/sim/main.cpp)
target_link_libraries(bench_sim PRIVATE bench_sim_support assert_abort)
tapstack_test_program(bench_sim)

tapstack_sources(sources tests/bench/sim EXCLUDE "/main[.]cpp$")
list(REMOVE_ITEM sources ${own})
if(sources)
  add_executable(sim_paths ${sources})
  target_link_libraries(sim_paths PRIVATE bench_sim_support assert_abort GTest::gmock GTest::gtest_main)
  tapstack_test_program(sim_paths)
  tapstack_add_test(sim_paths)
endif()
