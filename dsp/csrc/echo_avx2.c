/* echo_avx2.c  The line echo canceller's block for AVX2. */
#include "echo_group.h"
#ifdef ECHO_X86
#pragma GCC target("avx2")
#define ECHO_WIDE   8
#define ECHO_WORK   echo_work_avx2
#include "echo_work.h"
#endif
