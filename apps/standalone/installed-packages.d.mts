export function packagesAreInstalled(root: string): Promise<boolean>;
