/* heard.h: what an answer says of whom it is for and of how it heard what was asked, beside the
 * films: the same members of every list that has room for them. */
#ifndef MATINEE_API_HEARD_H
#define MATINEE_API_HEARD_H

#include "api/wanted.h"
#include "base/buffer.h"

/* The id of a person; a session is nobody: null. */
json_t *heard_person(const struct service_person *person);
/* "user_id":7 or, of several, "user_id":null,"user_ids":[1,7] */
void heard_write_who(struct buffer *out, const struct wanted *wanted);
/* ,"basis":...,"tier":... and what was asked beside. */
void heard_write(struct buffer *out, const struct wanted *wanted,
                 const struct recommend_answer *found);
/* ,"next": the cursor of the next page, or null */
void heard_write_next(struct buffer *out, const struct snapshot *snapshot,
                      const struct wanted *wanted, const struct recommend_answer *found);
/* [{user_id, score}]: the scores of several people. */
json_t *heard_people(const struct recommend_request *wanted, const float *scores);
/* ,"key":"text" or null */
void heard_write_text(struct buffer *out, const char *key, const char *text);

#endif
