import compression = require("parquetjs-lite/lib/compression");
import thrift = require("parquetjs-lite/gen-nodejs/parquet_types");
import util = require("parquetjs-lite/lib/util");

import { compressZstd } from "../base/zstd";
import type { ScalarType } from "../tables/tables";
import { hasStatistics } from "./leaves";
import type { EndedGroup, Page } from "./pages";
import type { RowGroupMetadata } from "./row-groups";
import type { Compression } from "./schema-fields";

const physicalTypes: Readonly<Record<ScalarType, keyof typeof thrift.Type>> = {
  STRING: "BYTE_ARRAY",
  INT32: "INT32",
  DATE: "INT32",
  INT64: "INT64",
  TIMESTAMP: "INT64",
  DOUBLE: "DOUBLE",
  BOOLEAN: "BOOLEAN",
};

/** Compresses a row group's pages, large ones with zstd beside this thread. */
export async function compressPages(pages: readonly Page[], by: Compression): Promise<readonly Buffer[]> {
  if (by === "ZSTD") return Promise.all(pages.map(({ body }) => compressZstd(body)));
  return pages.map(({ body }) => compression.deflate(by, body));
}

/**
 * Writes a row group as it stands at an offset of a file: a page a column, behind it the column's metadata. The page is of
 * version 1, which every reader knows.
 *
 * @param compressed What the pages are compressed to.
 */
export function writeGroup(
  { rowCount, pages }: EndedGroup,
  compressed: readonly Buffer[],
  { offset, by }: { readonly offset: number; readonly by: Compression },
): { readonly bytes: Buffer; readonly metadata: RowGroupMetadata } {
  const sections: Buffer[] = [];
  const columns: thrift.ColumnChunk[] = [];
  let [at, pageBytes] = [offset, 0];
  for (const [index, page] of pages.entries()) {
    const body = compressed[index] as Buffer;
    const statistics = toStatistics(page);
    const header = util.serializeThrift(toHeader(page, body.length, statistics));
    const total_uncompressed_size = header.length + page.body.length;
    const meta_data = new thrift.ColumnMetaData({
      ...describeColumn(page, by),
      statistics,
      total_uncompressed_size,
      total_compressed_size: header.length + body.length,
      data_page_offset: at,
    });
    const described = util.serializeThrift(meta_data);
    const file_offset = at + header.length + body.length;
    columns.push(new thrift.ColumnChunk({ file_offset, meta_data }));
    sections.push(header, body, described);
    at = file_offset + described.length;
    pageBytes += total_uncompressed_size;
  }
  const metadata = new thrift.RowGroup({ columns, total_byte_size: pageBytes, num_rows: rowCount });
  return { bytes: Buffer.concat(sections), metadata };
}

function toHeader(
  page: Page,
  compressedSize: number,
  statistics: thrift.Statistics | undefined,
): thrift.PageHeader {
  const { RLE, PLAIN } = thrift.Encoding;
  return new thrift.PageHeader({
    type: thrift.PageType.DATA_PAGE,
    uncompressed_page_size: page.body.length,
    compressed_page_size: compressedSize,
    data_page_header: new thrift.DataPageHeader({
      num_values: page.entryCount,
      encoding: PLAIN,
      definition_level_encoding: RLE,
      repetition_level_encoding: RLE,
      statistics,
    }),
  });
}

function describeColumn(page: Page, by: Compression) {
  const { RLE, PLAIN } = thrift.Encoding;
  return {
    type: thrift.Type[physicalTypes[page.leaf.type]],
    encodings: [RLE, PLAIN],
    path_in_schema: page.leaf.path,
    codec: thrift.CompressionCodec[by],
    num_values: page.entryCount,
  };
}

/** Least and greatest value, as old readers and as new ones look them up, and how many are null; none of what has no order. */
function toStatistics({ leaf, entryCount, valueCount, bounds }: Page): thrift.Statistics | undefined {
  if (!hasStatistics(leaf.type, leaf.maxRepetition > 0)) return undefined;
  const [min, max] = bounds ?? [];
  const told = min && max && { min, max, min_value: min, max_value: max };
  return new thrift.Statistics({ ...told, null_count: entryCount - valueCount });
}
