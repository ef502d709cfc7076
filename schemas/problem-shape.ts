// The valibot shape of a problem, for rows and answers that carry one.
import * as v from 'valibot';
import { detailMax, type ProblemCode, pathMax, problemKinds } from './problems.ts';

const codes = Object.keys(problemKinds) as [ProblemCode, ...ProblemCode[]];

export const Problem = v.strictObject({
  code: v.picklist(codes),
  path: v.pipe(v.string(), v.maxLength(pathMax)),
  detail: v.pipe(v.string(), v.maxLength(detailMax)),
});
