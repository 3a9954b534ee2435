import parquetjs = require("parquetjs-lite");
import thrift = require("parquetjs-lite/gen-nodejs/parquet_types");
import util = require("parquetjs-lite/lib/util");

import { ServiceError } from "../base/errors";
import type { Table } from "../tables/tables";
import { toSchemaFields } from "./schema-fields";

let hasTimeZone = false;

/**
 * Begins a file: what is written of it is added to the sections. Our part is put into parquetjs-lite and seen at work before
 * anything is written by it; throws ServiceError where it has none.
 */
export function openEnvelope(table: Table, sections: Buffer[]): parquetjs.ParquetEnvelopeWriter {
  if (!hasTimeZone) takePart();
  const schema = new parquetjs.ParquetSchema(toSchemaFields(table));
  const push = (section: Buffer): unknown => sections.push(section);
  const envelope = new parquetjs.ParquetEnvelopeWriter(schema, push, () => undefined, 0, {});
  envelope.writeHeader();
  return envelope;
}

/** Adds a row group that was encoded for where the file has come to. */
export function addGroup(
  envelope: parquetjs.ParquetEnvelopeWriter,
  sections: readonly Buffer[],
  metadata: parquetjs.ParquetEnvelopeWriter["rowGroups"][number],
): void {
  for (const section of sections) envelope.writeSection(section);
  envelope.rowGroups.push(metadata);
  envelope.rowCount += Number(metadata.num_rows);
}

/** Puts our part in place of the package's, and makes sure that it takes part. */
function takePart(): void {
  installTimeZone();
  const type = thrift.ConvertedType.TIMESTAMP_MILLIS;
  const element = new thrift.SchemaElement({ name: "time", converted_type: type });
  const written = new thrift.SchemaElement();
  util.decodeThrift(written, util.serializeThrift(element));
  hasTimeZone = written.logicalType?.TIMESTAMP?.isAdjustedToUTC === true;
  if (hasTimeZone) return;
  throw new ServiceError(
    'parquetjs-lite: expected version 0.8.7, received one that takes no time zone of ours; run "npm ci"',
  );
}

/**
 * The package writes only the old annotation of a time, which some readers take for a time without zone; the logical
 * type beside it says UTC to all (Parquet format, "TIMESTAMP").
 */
function installTimeZone(): void {
  const { prototype } = thrift.SchemaElement;
  const { write } = prototype;
  prototype.write = function (output) {
    if (this.converted_type === thrift.ConvertedType.TIMESTAMP_MILLIS) {
      const unit = new thrift.TimeUnit({ MILLIS: new thrift.MilliSeconds() });
      this.logicalType = new thrift.LogicalType({
        TIMESTAMP: new thrift.TimestampType({ isAdjustedToUTC: true, unit }),
      });
    }
    write.call(this, output);
  };
}
