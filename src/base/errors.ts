/** What a failure of the world outside (or of its use) says: where it was, what stood in the way, what to do. */
export class UserActivityError extends Error {
  override readonly name: string = "UserActivityError";
  /** Exit code of the command line: 1 failed, 2 misused. */
  readonly exitCode: 1 | 2 = 1;
}

/** A wrong option, argument or environment variable; the message names it and what it may be. Exit code 2. */
export class UsageError extends UserActivityError {
  override readonly name: string = "UsageError";
  override readonly exitCode = 2;
}

/** A service or file that could not do what was asked of it; `cause` keeps the original error. Exit code 1. */
export class ServiceError extends UserActivityError {
  override readonly name: string = "ServiceError";
  /** True where it may pass by itself, so that the same may succeed a little later: a server gone, a quota used up. */
  readonly isPassing: boolean;

  constructor(message: string, { isPassing = false, ...options }: ServiceErrorOptions = {}) {
    super(message, options);
    this.isPassing = isPassing;
  }
}

export interface ServiceErrorOptions extends ErrorOptions {
  readonly isPassing?: boolean;
}
