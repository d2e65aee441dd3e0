/* log.h: what the program says to the person about itself, on standard error: one line each,
 * "matinee: ..." in front, never in the way of a live progress line. */
#ifndef MATINEE_BASE_LOG_H
#define MATINEE_BASE_LOG_H

/* The task cannot go on. */
__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);
/* It can, but not quite as was asked. */
__attribute__((format(printf, 1, 2))) void log_warning(const char *format, ...);

/* From now on each line is a JSON object {"time", "level", "message"}: for those who collect logs.
 * To be said before there are other threads. */
void log_as_json(void);

#endif
