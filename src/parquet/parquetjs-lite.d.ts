// parquetjs-lite 0.8.7 comes without types: only what parquetjs.ts uses of it, inner modules included.

declare module "parquetjs-lite" {
  export class ParquetSchema {
    constructor(fields: object);
  }
  export class ParquetEnvelopeWriter {
    constructor(
      schema: ParquetSchema,
      write: (section: Buffer) => unknown,
      close: () => unknown,
      fileOffset: number,
      options: object,
    );
    /** Bytes written so far. */
    readonly offset: number;
    /** Of the row groups in `rowGroups`. */
    rowCount: number;
    readonly rowGroups: import("./row-groups").RowGroupMetadata[];
    writeHeader(): unknown;
    writeSection(section: Buffer): unknown;
    writeFooter(metadata: Readonly<Record<string, string>>): unknown;
  }
  export class ParquetWriter {
    constructor(schema: ParquetSchema, envelope: ParquetEnvelopeWriter, options: { rowGroupSize: number });
    /** What shredRecord collects, anew in each row group. */
    rowBuffer: import("./leaves").RowBuffer;
    appendRow(row: object): Promise<void>;
    close(): Promise<void>;
    setRowGroupSize(rows: number): void;
    setMetadata(key: string, value: string): void;
  }
  export const ParquetShredder: {
    shredRecord(schema: ParquetSchema, row: object, buffer: object): void;
  };
}

declare module "parquetjs-lite/lib/codec" {
  export interface Options {
    readonly bitWidth?: number;
    readonly disableEnvelope?: boolean;
  }
  type Encode = (type: string, values: readonly unknown[], options?: Options) => Buffer;
  export const RLE: { encodeValues: Encode };
  export const PLAIN: { encodeValues: Encode };
}

declare module "parquetjs-lite/lib/compression" {
  /** The package has no ZSTD by itself. */
  export const PARQUET_COMPRESSION_METHODS: {
    ZSTD?: {
      readonly deflate: (value: Uint8Array) => Buffer;
      readonly inflate: (value: Uint8Array) => Buffer;
    };
  };
}

declare module "parquetjs-lite/lib/types" {
  export const PARQUET_LOGICAL_TYPES: {
    readonly TIMESTAMP_MILLIS: { toPrimitive: (value: unknown) => unknown };
    readonly DATE: { toPrimitive: (value: unknown) => unknown };
  };
}

declare module "parquetjs-lite/lib/util" {
  /** Fills the object; returns how many bytes it took. */
  export function decodeThrift(object: object, bytes: Buffer): number;
  export function serializeThrift(object: object): Buffer;
}

declare module "parquetjs-lite/gen-nodejs/parquet_types" {
  export class FileMetaData {
    readonly created_by: string;
    readonly schema: readonly SchemaElement[];
    readonly row_groups: readonly import("./row-groups").RowGroupMetadata[];
  }
  export class PageHeader {
    readonly uncompressed_page_size: number;
  }
  export const ConvertedType: { readonly TIMESTAMP_MILLIS: number };
  export class MilliSeconds {}
  export class TimeUnit {
    constructor(unit: { readonly MILLIS: MilliSeconds });
  }
  export class TimestampType {
    constructor(type: { readonly isAdjustedToUTC: boolean; readonly unit: TimeUnit });
  }
  export class LogicalType {
    constructor(type: { readonly TIMESTAMP: TimestampType });
  }
  /** One column in a footer. */
  export class SchemaElement {
    converted_type: number | null;
    logicalType: LogicalType | null;
    write(output: object): void;
  }
}
