// A question that was asked for and is still to come: until it is there, what is typed is meant for it and for nothing else.
let coming = 0;

export const isAsking = () => coming > 0;

export function asking(promise) {
  coming += 1;
  return promise.finally(() => (coming -= 1));
}
