Feature: Unreadable events
  What cannot be read is kept, whole and with the reason, and holds up nobody.

  Rule: What cannot be read is one dead letter with its content

    Scenario Outline: An event <that>
      When an event <that> is published
      Then there is 1 dead letter that says "<what>"
      And it holds what was published

      Examples:
        | that                    | what                       |
        | that is cut off         | not JSON                   |
        | without an id           | eventId                    |
        | with nothing to tell    | payload.message            |
        | that names nobody       | no address at all          |
        | for the year 12000      | outside the years          |
        | with a number for email | payload.email              |
        | that is far too long    | bytes                      |
        | that is nested too deep | nested deeper              |
        | that is not text        | not UTF-8                  |

  Rule: The next event is served

    Scenario: Bad, good, bad
      Given an event that is cut off is published
      When Ada is told by email that "Your parcel has arrived"
      And an event without an id is published
      Then Ada has received 1 email
      And there are 2 dead letters

  Rule: One row that the store refuses fails no neighbour

    Scenario: One of many
      Given the store refuses the event "cursed"
      When the events "blessed-1", "cursed" and "blessed-2" for Ada are published at once
      Then Ada has received 2 emails
      And there is 1 dead letter that says "the store refused it"
