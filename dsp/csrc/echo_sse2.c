/* echo_sse2.c  The line echo canceller's block for every x86-64. */
#include "echo_group.h"
#ifdef ECHO_X86
#define ECHO_SSE2   1
#define ECHO_WIDE   4
#define ECHO_WORK   echo_work_sse2
#include "echo_work.h"
#endif
