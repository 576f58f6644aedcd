/* channel.h  A DAHDI channel in memory: what libopenr2 reads, writes and asks by ioctl, without a kernel driver.
 *
 * libopenr2 1.3.3 has no I/O plug-in: it calls ioctl, read, write and gettimeofday itself. Defined here and bound
 * first (RTLD_DEEPBIND), they serve descriptors from CHANNEL_FD up; all others go to the system.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdint.h>

#define CHANNEL_FD    100000
#define CHANNEL_COUNT 64
#define CHANNEL_QUEUE 2048

int      channel_open(int number);                               /* a descriptor, or -1 when all are in use */
void     channel_close(int fd);
void     channel_set_frame(int samples);                         /* how much the library writes at once; 160 first */
void     channel_set_time_us(uint64_t us);                       /* what gettimeofday says, for all channels */
void     channel_receive(int fd, const uint8_t *alaw, int n);    /* line -> library */
int      channel_send(int fd, uint8_t *alaw, int n);             /* library -> line, filled up with silence */
void     channel_receive_bits(int fd, int abcd);                 /* line -> library */
int      channel_sent_bits(int fd);                              /* library -> line */

#endif
