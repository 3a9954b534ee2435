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
}

declare module "parquetjs-lite/lib/compression" {
  export function deflate(method: "SNAPPY" | "UNCOMPRESSED", value: Buffer): Buffer;
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
  export const Type: Readonly<Record<"BYTE_ARRAY" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN", number>>;
  export const Encoding: { readonly PLAIN: number; readonly RLE: number };
  export const CompressionCodec: Readonly<Record<import("./schema-fields").Compression, number>>;
  export const PageType: { readonly DATA_PAGE: number };
  export class Statistics {
    constructor(statistics: {
      readonly min?: Buffer;
      readonly max?: Buffer;
      readonly min_value?: Buffer;
      readonly max_value?: Buffer;
      readonly null_count: number;
    });
  }
  export class DataPageHeader {
    constructor(header: {
      readonly num_values: number;
      readonly encoding: number;
      readonly definition_level_encoding: number;
      readonly repetition_level_encoding: number;
      readonly statistics: Statistics | undefined;
    });
  }
  export class PageHeader {
    constructor(header?: {
      readonly type: number;
      readonly uncompressed_page_size: number;
      readonly compressed_page_size: number;
      readonly data_page_header: DataPageHeader;
    });
    readonly uncompressed_page_size: number;
  }
  export class ColumnMetaData {
    constructor(metadata: {
      readonly type: number;
      readonly encodings: readonly number[];
      readonly path_in_schema: readonly string[];
      readonly codec: number;
      readonly num_values: number;
      readonly total_uncompressed_size: number;
      readonly total_compressed_size: number;
      readonly data_page_offset: number;
      readonly statistics: Statistics | undefined;
    });
    data_page_offset: number;
    total_uncompressed_size: number;
  }
  export class ColumnChunk {
    constructor(chunk: { readonly file_offset: number; readonly meta_data: ColumnMetaData });
    file_offset: number;
    readonly meta_data: ColumnMetaData;
  }
  export class RowGroup {
    constructor(group: {
      readonly columns: readonly ColumnChunk[];
      readonly total_byte_size: number;
      readonly num_rows: number;
    });
    readonly columns: readonly ColumnChunk[];
    total_byte_size: number;
    readonly num_rows: number;
  }
  export const ConvertedType: { readonly TIMESTAMP_MILLIS: number };
  export class MilliSeconds {}
  export class TimeUnit {
    constructor(unit: { readonly MILLIS: MilliSeconds });
  }
  export class TimestampType {
    constructor(type: { readonly isAdjustedToUTC: boolean; readonly unit: TimeUnit });
    readonly isAdjustedToUTC: boolean;
  }
  export class LogicalType {
    constructor(type: { readonly TIMESTAMP: TimestampType });
    readonly TIMESTAMP: TimestampType | null;
  }
  /** One column in a footer. */
  export class SchemaElement {
    constructor(element?: { readonly name: string; readonly converted_type: number });
    converted_type: number | null;
    logicalType: LogicalType | null;
    write(output: object): void;
  }
}
