import { type Command } from 'commander';
import { Ended } from '../failure.ts';
import { openSession } from '../session.ts';
import { describeFindings, type Finding } from './finding.ts';
import { examineMachine } from './machine.ts';
import { examineService } from './service.ts';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('looks at the service, its workers and this machine, and says how to mend what is amiss')
    .action(async (_options: object, command: Command) => {
      const { client, url, print } = openSession(command);
      const findings = [...(await examineService(client, url)), ...(await machineOf(url))];
      print(findings, describeFindings(findings));
      if (findings.some(({ state }) => state === 'failed')) throw new Ended(1);
    });
}

/** Where the service is elsewhere, so is what its workers need. */
function machineOf(url: string): Promise<Finding[]> | Finding[] {
  const { hostname } = new URL(url);
  return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname) ? examineMachine() : [];
}
