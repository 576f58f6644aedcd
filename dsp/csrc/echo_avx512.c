/* echo_avx512.c  The line echo canceller's block for AVX-512 with VNNI. */
#include "echo_group.h"
#ifdef ECHO_X86
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")
#define ECHO_WIDE   16
#define ECHO_WORK   echo_work_avx512
#include "echo_work.h"
#endif
