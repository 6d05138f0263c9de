import { expect, it } from 'vitest';
import { sourceFiles } from './source-files.ts';

// What a right gives must not outlive it: the actor was loaded when the call began, and another
// admin may have demoted them before the transaction.

/** Functions that change nothing by the right that they ask for, or whose caller asks again. */
const ASKS_ONCE: Readonly<Record<string, string>> = {
  'guests.ts convertGuest': 'inviteMembers asks again',
  'api-keys.ts createOrganizationKey': 'insertKey asks again',
  'api-keys.ts createSinglePurposeKey': 'insertKey asks again',
  'api-keys.ts revokeOrganizationKey': 'takes away',
  'api-keys.ts requirePerson': 'asks for others',
  'access-tokens.ts revokeAccessToken': 'takes away',
  'access-token-rows.ts ownerColumns': 'createAccessToken asks again',
  'users.ts requireSelf': 'asks for others',
  'email-changes.ts requestEmailChange': 'nothing changes until the link is confirmed',
  'join-offers.ts declineJoinOffers': 'takes away',
  'projects.ts getProject': 'asks for others',
  'projects.ts deleteProject': 'takes away, after it was dropped on the host',
  'computes.ts changeCompute': 'writeCompute asks again',
  'computes.ts changeComputePolicy': 'writeCompute asks again',
  'databases.ts createDatabase': 'gives nothing: everybody of the project may enter its databases',
  'databases.ts changeDatabase': 'gives nothing: a name, an owner of the same project',
  'databases.ts deleteDatabase': 'takes away, after it was dropped on the host',
  'database-roles.ts deleteDatabaseRole': 'takes away, after it was dropped on the host',
  'end-request.ts withdrawRequest': 'takes away',
  'shares.ts unshareProject': 'takes away',
  'shares.ts leaveProject': 'takes away',
};
/** By rights to change, too: what is listed is for those who may change it. */
const LISTS = /^(list|find|count|open)|Report$/;
const READING = /\.(read|list|manage_sessions)/;

interface Found {
  readonly where: string;
  readonly text: string;
}

function functionsOfCatalogue(): Found[] {
  const files = sourceFiles().filter(({ path }) => /^src\/catalogue\/(?!rights\/)/.test(path));
  return files.flatMap(({ path, text }) =>
    text.split(/^(?=(?:export )?(?:async )?function )/m).flatMap((part) => {
      const name = /^(?:export )?(?:async )?function (\w+)/.exec(part)?.[1];
      return name === undefined ? [] : [{ where: `${path.split('/').at(-1)} ${name}`, text: part }];
    }),
  );
}

const isListing = ({ where }: Found) => LISTS.test(where.split(' ')[1] ?? '');
/** By itself, or by the function that finds the project for it. */
const ASKING =
  /(?:requireMay\((?:[^',]+|\{[^}]*\}), (?:'([^']+)'|[\w.]+)|get(?:Project|Compute|ProjectOfBranch)\([^;]*action: '([^']+)')/g;
const asksToChange = ({ text }: Found) =>
  [...text.matchAll(ASKING)].some(([, asked, ofProject]) => !READING.test(asked ?? ofProject ?? ''));

it('every change of the catalogue asks for its right again in the transaction', () => {
  const changing = functionsOfCatalogue().filter((each) => asksToChange(each) && !isListing(each));
  const asksOnce = changing.filter(({ text }) => !text.includes('requireStillMay(')).map(({ where }) => where);
  expect(changing.length).toBeGreaterThan(25);
  expect(asksOnce.toSorted()).toEqual(Object.keys(ASKS_ONCE).toSorted());
});

it('rights are asked again inside the transaction and nowhere else', () => {
  const asking = functionsOfCatalogue().filter(({ text }) => text.includes('requireStillMay('));
  expect(asking.length).toBeGreaterThan(35);
  for (const { where, text } of asking) expect(text, where).toMatch(/requireStillMay\(\s*tx,/);
});
