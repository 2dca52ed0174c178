"""Two provider libraries of the package index as bare WSGI applications: records in memory, nothing else to do.

Run in an environment of its own by `harvest.py`: HARVESTED names a file of JSON Lines with identifier, datestamp, set
and Dublin Core elements; PAGE is the size of a page. `harvested:oaipmh` and `harvested:oai_repo` are the applications.
"""
# ruff: noqa: N802, N803, DTZ007 the names and the dates are those of the libraries

import json
import os
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl

PAGE = int(os.environ.get("PAGE", "500"))
RECORDS = [json.loads(line) for line in Path(os.environ["HARVESTED"]).read_text(encoding="utf-8").splitlines()]
SCHEMA, NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/"
BASE = "http://127.0.0.1/oai"


def _moment(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def _answered(asked, start_response, answer):
    body = answer(dict(parse_qsl(asked.get("QUERY_STRING", ""))))
    start_response("200 OK", [("Content-Type", "text/xml; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def _oaipmh():
    from oaipmh.common import Header, Identify, Metadata
    from oaipmh.metadata import MetadataRegistry
    from oaipmh.server import BatchingServer, oai_dc_writer

    rows = []
    for one in RECORDS:
        said = {}
        for name, text in one["elements"]:
            said.setdefault(name, []).append(text)
        rows.append((Header(None, one["identifier"], _moment(one["datestamp"]), [one["set"]], False),
                     Metadata(None, said), None))  # fmt: skip

    class Provider:
        def identify(self):
            return Identify("bare", BASE, "2.0", ["bare@example.org"], _moment(RECORDS[0]["datestamp"]), "no",
                            "YYYY-MM-DDThh:mm:ssZ", ["identity"])  # fmt: skip

        def listMetadataFormats(self, identifier=None):
            return [("oai_dc", SCHEMA, NAMESPACE)]

        def listRecords(self, metadataPrefix, set=None, from_=None, until=None, cursor=0, batch_size=10):
            return rows[cursor : cursor + batch_size]

    registry = MetadataRegistry()
    registry.registerWriter("oai_dc", oai_dc_writer)
    return BatchingServer(Provider(), registry, resumption_batch_size=PAGE).handleRequest


def _oai_repo():
    import oai_repo as library
    from lxml import etree

    by_id = {one["identifier"]: one for one in RECORDS}
    ids = list(by_id)
    space = {"oai_dc": NAMESPACE, "dc": "http://purl.org/dc/elements/1.1/"}

    class Data(library.DataInterface):
        limit = PAGE

        def get_identify(self):
            told = library.Identify()
            told.repository_name, told.base_url, told.admin_email = "bare", BASE, ["bare@example.org"]
            told.earliest_datestamp, told.deleted_record = RECORDS[0]["datestamp"], "no"
            told.granularity = "YYYY-MM-DDThh:mm:ssZ"
            return told

        def is_valid_identifier(self, identifier):
            return identifier in by_id

        def get_metadata_formats(self, identifier=None):
            return [library.MetadataFormat("oai_dc", SCHEMA, NAMESPACE)]

        def get_record_header(self, identifier):
            one = by_id[identifier]
            return library.RecordHeader(identifier, one["datestamp"], [one["set"]], None)

        def get_record_metadata(self, identifier, metadataprefix):
            root = etree.Element(f"{{{NAMESPACE}}}dc", nsmap=space)
            for name, text in by_id[identifier]["elements"]:
                etree.SubElement(root, f"{{{space['dc']}}}{name}").text = text
            return root

        def get_record_abouts(self, identifier):
            return []

        def list_set_specs(self, identifier=None, cursor=0):
            return None, None, None

        def list_identifiers(self, metadataprefix, filter_from=None, filter_until=None, filter_set=None, cursor=0):
            return ids[cursor : cursor + PAGE], len(ids), None

    repository = library.OAIRepository(Data())
    return lambda asked: bytes(repository.process(asked))


_APPLICATIONS = {"oaipmh": _oaipmh, "oai_repo": _oai_repo}
_chosen = _APPLICATIONS[os.environ["PROVIDER"]]()


def application(asked, start_response):
    """The provider that PROVIDER names."""
    return _answered(asked, start_response, _chosen)
