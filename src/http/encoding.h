/* encoding.h: what can be spared on the way: bodies that the client has already (ETag, RFC 9110
 * section 8.8.3) and bytes that compress (gzip, brotli). */
#ifndef MATINEE_HTTP_ENCODING_H
#define MATINEE_HTTP_ENCODING_H

#include "http/request.h"
#include "http/response.h"

/* Where the handler called response_stable: adds the ETag, and answers 304 without a body to a
 * client that has these bytes. */
void encoding_revalidate(struct response *response, const struct request *request);
/* Compresses a text that is long enough for a client that takes it, unless it is compressed already
 * or streamed. */
void encoding_compress(struct response *response, const struct request *request);
/* Whether a coding is among those of an Accept-Encoding header (NULL is none), and not refused by
 * ";q=0". */
bool encoding_accepts(const char *accepted, const char *coding);

#endif
